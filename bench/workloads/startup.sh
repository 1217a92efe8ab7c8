title='start-up: version' runs=20 budget=0.5
run() { "$1" version; }
