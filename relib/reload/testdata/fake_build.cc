// The build command of the tests of Reloader. These files in its working
// directory control it:
//
//   builds.log  gets a line for each build
//   hold        makes the build wait as long as the file exists
//   fail        makes the build print this file and fail
//   staged      is copied to the file on the command line; if it does not
//               exist, that file is deleted

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
  // Overwrites the file in place, as linkers do. std::filesystem::copy_file()
  // of mingw-w64's GCC can't overwrite files.
  std::ofstream(module, std::ios::binary | std::ios::trunc)
      << std::ifstream("staged", std::ios::binary).rdbuf();
  return 0;
}
