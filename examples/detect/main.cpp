// linnet-detect: objects in pictures, as a table, as JSON and drawn.
#include "examples/detect/program.h"

int main(int argc, char** argv) {
  return linnet::detect::run_program(argc, argv, stdout, stderr);
}
