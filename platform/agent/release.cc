#include "platform/agent/release.h"

void relib_platform_release_descriptor(int /*descriptor*/) {}
void relib_platform_release_stream(FILE* /*stream*/) {}
void relib_platform_release_mapping(void* /*address*/, size_t /*size*/) {}
void relib_platform_release_library(void* /*library*/) {}
void relib_platform_release_handle(void* /*handle*/) {}
