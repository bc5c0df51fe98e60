#include "relib/backtrace.h"
#include <iostream>
#include "gtest/gtest.h"
#include "relib/host.h"
#include "relib/testdata/module_file.h"
#include "relib/testdata/tracing.h"
namespace relib { namespace {
using tracing::How;
TEST(X, Y) {
  for (const char* f : {"tracing", "tracing_without_debug_info", "tracing_stripped"}) {
  auto m = Load<tracing::Exports>(ModuleFile(f), tracing::Imports{.call_back=[]{ throw std::runtime_error("host"); }});
  ASSERT_TRUE(m.ok()) << m.status();
  for (int i = 0; i < 11; ++i) {
    auto s = m->exports().fail(static_cast<How>(i));
    std::cerr << i << " " << s << "\n";
    auto e = ExceptionOf(s);
    if (e) { std::cerr << e->backtrace.ToString(); for (auto& c : e->causes) std::cerr << " cause " << c.type << "\n" << c.backtrace.ToString(); }
  }
  std::cerr << m->exports().capture().value();
  std::cerr << m->Unload().status()<<"\n";
  }
}
}}
