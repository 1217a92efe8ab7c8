# The shape that a project has: packages are restored into a cache mount by a step of their own, sources are copied late, and then
# comes what takes them. One line of one source file has changed.
title='project rebuilt after one line changed' runs=10 sides='ours theirs buildah' full=300
prepare() {
  local i
  mkdir -p src/{api,core,web,tests}
  for i in $(seq "$size"); do seq 200 | sed "s/^/line $i /" >"src/$(cut -d ' ' -f $((i % 4 + 1)) <<<'api core web tests')/$i.c"; done
  seq 100 >packages.lock
  cat >Dockerfile <<'DOCKERFILE'
FROM busybox:1.36 AS build
WORKDIR /src
COPY packages.lock .
RUN --mount=type=cache,target=/packages while read -r p; do [ -e /packages/$p ] || echo $p > /packages/$p; done < packages.lock; cp -r /packages /restored
COPY src .
RUN --mount=type=cache,target=/packages find . -name '*.c' | sort | xargs cat | sha256sum > /program

FROM busybox:1.36
WORKDIR /app
COPY --from=build /program .
CMD ["cat", "program"]
DOCKERFILE
  warm_up
}
before() { echo "// $1 $RANDOM" >>src/core/1.c; }
run() { build "$1" .; }
