# A RUN makes a big layer, half of it such that it can be compressed, which is then written as an OCI archive.
title='1 GB layer made and written as OCI archive' runs=5 budget=0.5 full=1000
before() {
  cat >Dockerfile <<DOCKERFILE
FROM busybox:1.36
RUN echo $1-$RANDOM; head -c ${size}00000 /dev/urandom > /part; for i in 0 1 2 3 4 5 6 7 8 9; do cat /part; done > /whole; rm /part
DOCKERFILE
}
run() { export_to "$1" . --output "type=oci,dest=$place/$1.tar"; }
after() { rm -f ./*.tar; prune; }
