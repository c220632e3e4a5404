linnet-convert demo.onnx --names classes.txt -o demo.lnt
linnet-convert --emit-c demo.lnt -o demo --size 320x320
