# One RUN for each of eight platforms, seven of them emulated. Only what the shell does itself: without handlers in the kernel
# BuildKit's emulation does not reach further, and it knows none for mips64le: arm/v6 stands in for it.
title='eight platforms, one RUN each, cold' runs=5 budget=0.6
prepare() { before 0; warm_up; }
before() { printf 'FROM busybox:1.36\nARG TARGETPLATFORM\nRUN echo "%s $TARGETPLATFORM" > /platform\n' "$1-$RANDOM" >Dockerfile; }
run() { build "$1" . --platform="$eight_emulated"; }
