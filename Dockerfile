# docker build --build-arg COMMIT=$(git describe --always --dirty) -t chatsrv .
# docker run -p 8080:8080 -p 60000:60000 -p 60001:60001 -v chatsrv:/data chatsrv

FROM oven/bun:1.4.5 AS build
WORKDIR /src
# The packages first: they change less often than the sources.
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile --production
COPY . .
ARG COMMIT=unknown
RUN COMMIT=$COMMIT bun deploy/build.ts

# The executable needs nothing but the C library.
FROM debian:12-slim
COPY --from=build /src/chatsrv /usr/local/bin/chatsrv
RUN useradd --system --uid 10001 --home-dir /data chatsrv && install -d -o chatsrv -g chatsrv -m 750 /data
USER chatsrv
WORKDIR /data
VOLUME /data
# HTTP and web client; chat over TCP; chat over WebSocket.
EXPOSE 8080 60000 60001
ENTRYPOINT ["chatsrv"]
# Without arguments, everything in one process on the embedded stores, in /data/data.
CMD ["--role=all"]
