# A build whose steps each write 4 MB exports its cache to a registry.
title='cache export, mode=max' runs=5 full=16
prepare() { before 0; warm_up; }
before() {
  local i
  { echo 'FROM busybox:1.36 AS one'; for i in $(seq "$size"); do echo "RUN echo $1-$RANDOM; head -c 3000000 /dev/urandom | base64 > /$i"; done
    printf 'FROM busybox:1.36\nCOPY --from=one /1 /\n'; } >Dockerfile
}
run() { build "$1" . --cache-to "type=registry,ref=$registry/cache-$1,mode=max"; }
