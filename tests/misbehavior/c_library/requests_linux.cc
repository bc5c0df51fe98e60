// Starts asynchronous requests. The argument is "FUNCTION DESCRIPTOR", a pipe
// that is read from, or "finish" to wait for them and return the number of
// bytes that were read.

#include <aio.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>

#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

#include "relib/module.h"
#include "tests/misbehavior/harness/interface.h"

namespace {

aiocb control;
aiocb64 control64;
gaicb address;
char buffer[16];

template <typename Control>
void Prepare(Control& request, int descriptor) {
  request = {};
  request.aio_fildes = descriptor;
  request.aio_buf = buffer;
  request.aio_nbytes = sizeof(buffer);
  request.aio_lio_opcode = LIO_READ;
  request.aio_sigevent.sigev_notify = SIGEV_NONE;
}

int64_t Run(std::string_view argument) {
  std::istringstream words{std::string(argument)};
  std::string function;
  int descriptor = -1;
  words >> function >> descriptor;
  if (function == "finish") {
    const aiocb* const list[] = {&control};
    while (aio_error(&control) == EINPROGRESS) aio_suspend(list, 1, nullptr);
    return aio_return(&control);
  }
  Prepare(control, descriptor);
  Prepare(control64, descriptor);
  aiocb* list[] = {&control};
  aiocb64* list64[] = {&control64};
  gaicb* addresses[] = {&address};
  address.ar_name = "127.0.0.1";
  if (function == "aio_read") return aio_read(&control);
  if (function == "lio_listio") {
    return lio_listio(LIO_NOWAIT, list, 1, nullptr);
  }
  // Requests that end at once.
  descriptor = -1;
  Prepare(control, descriptor);
  Prepare(control64, descriptor);
  aio_read64(&control64);
  aio_write(&control);
  aio_write64(&control64);
  aio_fsync(0, &control);
  aio_fsync64(0, &control64);
  lio_listio64(LIO_WAIT, list64, 1, nullptr);
  return getaddrinfo_a(GAI_WAIT, addresses, 1, nullptr);
}

}  // namespace

RELIB_EXPORTS(relib::misbehavior::Exports, .run = relib::implement<Run>);
