# Builds that begin at the same time, each with a context and steps of its own.
title='8 builds at once' runs=5 full=8
prepare() {
  local i
  for i in $(seq "$size"); do mkdir "$i"; seq 1000 >"$i/data"; done
  before 0
  warm_up
}
before() {
  local i step
  for i in $(seq "$size"); do
    { printf 'FROM busybox:1.36\nCOPY data /data\n'; for step in 1 2 3 4; do echo "RUN echo $1-$i-$step-$RANDOM; sort /data > /sorted-$step"; done; } >"$i/Dockerfile"
  done
}
run() {
  local i pid builds=() status=0
  for i in $(seq "$size"); do
    build "$1" "$i" >"$i/log" 2>&1 &
    builds+=($!)
  done
  for pid in "${builds[@]}"; do wait "$pid" || status=1; done
  [ $status = 0 ] || tail -n 5 ./*/log
  return $status
}
