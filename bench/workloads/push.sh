# An index of eight platforms is pushed again after one of its layers changed; a big one stays as it is.
title='push of eight platforms, one layer changed' runs=5 full=20
prepare() {
  head -c "${size}000000" /dev/urandom >big
  printf 'FROM busybox:1.36\nCOPY big /big\nCOPY small /small\n' >Dockerfile
  before 0
  warm_up
}
before() { head -c 100000 /dev/urandom >small; }
run() {
  export_to "$1" . --output "type=image,name=$registry/pushed-$1,push=true" \
    --platform="$eight_platforms"
}
