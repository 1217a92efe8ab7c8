from scratch as Base
COPY greeting /greeting
