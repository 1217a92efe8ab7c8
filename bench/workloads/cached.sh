# The same small build again: 20 small files, one COPY, two RUN.
title='fully cached build, small context' runs=10 budget=0.5 sides='ours theirs buildah'
prepare() {
  local i
  mkdir src
  for i in $(seq 20); do echo "$i" >"src/$i.txt"; done
  cat >Dockerfile <<'DOCKERFILE'
FROM busybox:1.36
WORKDIR /app
COPY src src
RUN cat src/* > all
RUN wc -l all > lines
DOCKERFILE
  warm_up
}
run() { build "$1" .; }
