#include "bench/program.h"

int main(int argc, char** argv) {
  return linnet::bench::run_program(argc, argv);
}
