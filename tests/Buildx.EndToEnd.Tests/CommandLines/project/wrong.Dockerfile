FROM scratch
COPY absent /
