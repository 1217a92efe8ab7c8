# A RUN makes a big layer, half of it random, half of it copies of a program, which is then written as an OCI archive.
title='1 GB layer made and written as OCI archive' runs=5 budget=0.5 full=1000
before() {
  cat >Dockerfile <<DOCKERFILE
FROM busybox:1.36
RUN echo $1-$RANDOM; head -c ${size}00000 /dev/urandom > /random; for i in 1 2 3 4 5; do cat /random; n=$((size / 20)); while [ \$n -gt 0 ]; do cat /bin/busybox; n=\$((n - 1)); done; done > /whole; rm /random
DOCKERFILE
}
run() { export_to "$1" . --output "type=oci,dest=$place/$1.tar"; }
after() { rm -f ./*.tar; prune; }
