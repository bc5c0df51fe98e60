// The build command of reloader_test.cc. In its working directory:
//
//   builds.log  gets a line for each build
//   hold        the build waits as long as there is such a file
//   fail        the build prints this file and fails
//   staged      becomes the file that is named on the command line; without it
//               that file is deleted

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path module = argv[1];
  std::ofstream("builds.log", std::ios::app) << "build\n";
  while (std::filesystem::exists("hold")) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (std::filesystem::exists("fail")) {
    std::cerr << std::ifstream("fail").rdbuf() << std::flush;
    return 1;
  }
  std::cout << "a warning\n";
  if (!std::filesystem::exists("staged")) {
    std::filesystem::remove(module);
    return 0;
  }
  // In place: the linker overwrites, too. (And std::filesystem::copy_file() of
  // mingw-w64's GCC can't.)
  std::ofstream(module, std::ios::binary | std::ios::trunc)
      << std::ifstream("staged", std::ios::binary).rdbuf();
  return 0;
}
