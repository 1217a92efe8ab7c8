# Small RUN steps whose text is new in each run, so that none is cached though the engine is warm and has the base image.
title='20 small RUN steps, cold' runs=5 budget=0.5 sides='ours theirs buildah' full=20
prepare() { before 0; warm_up; }
before() {
  local i
  { echo 'FROM busybox:1.36'; for i in $(seq "$size"); do echo "RUN echo $1-$i-$RANDOM > /step-$i"; done; } >Dockerfile
}
run() { build "$1" .; }
