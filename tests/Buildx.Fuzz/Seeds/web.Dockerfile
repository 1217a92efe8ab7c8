# syntax=docker/dockerfile:1
# check=skip=UndefinedVar
ARG NODE=22
# build compiles the pages
FROM --platform=$BUILDPLATFORM node:${NODE}-alpine AS build
ARG TARGETOS TARGETARCH=amd64
ENV A=1 B="two words" C='$A' PATH=$PATH:/opt
WORKDIR /src
COPY --link --chown=1000:1000 package*.json ./
RUN --mount=type=cache,target=/var/cache/npm,sharing=locked --mount=type=secret,id=npm,env=TOKEN \
    # quietly
    npm ci \
    && npm run build -- --out=/out
RUN <<-EOT
	set -e
	echo "$A"
	EOT
FROM scratch
COPY --from=build --chmod=u=rwX,go=rX --exclude=*.map /out /
COPY <<one <<"two" /etc/
1 $A
one
2
two
LABEL org.example.title="x" a=b
EXPOSE 80/tcp 8000-8010/udp
VOLUME ["/data", "/log"]
USER 1000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --retries=3 CMD ["/check", "x"]
ONBUILD RUN echo ${A:-x} ${A%%.*} ${A//a/b}
ENTRYPOINT ["/server"]
CMD --port 80
