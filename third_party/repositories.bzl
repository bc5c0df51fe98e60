"""Dependencies for WORKSPACE mode (Bazel 4.2 ... 7). MODULE.bazel is the other way in."""

load("//third_party:coverage_tools.bzl", "coverage_tools_repository")
load("//third_party:source_archive.bzl", "source_archive")
load("//third_party:bazel_rules.bzl", "shim_repository")


def _maybe(rule, name, **kwargs):
    if not native.existing_rule(name):
        rule(name = name, **kwargs)

def relib_repositories():
    for name in ["bazel_skylib", "platforms", "rules_cc", "rules_java", "rules_proto", "rules_shell"]:
        _maybe(shim_repository, name, kind = name)
    _maybe(coverage_tools_repository, "remote_coverage_tools")
    _maybe(
        source_archive,
        "abseil-cpp",
        urls = ["https://github.com/abseil/abseil-cpp/releases/download/20260526.0/abseil-cpp-20260526.0.tar.gz"],
        sha256 = "6e1aee535473414164bf83e4ebc40240dec71a4701f8a642d906e95bea1aea0c",
        strip_prefix = "abseil-cpp-20260526.0",
        deb_path = "pool/main/a/abseil/abseil_20260526.0.orig.tar.gz",
        npm = "re2@1.26.0",
        npm_integrity = "sha512-QTEfFp0nu1eT/HKKZC+2BKM9Lb8uqprGkcHhro9r3giiKS+1SnNZBZ1m7C7Axi/VR1YGXiu3mp35UA53yHAuNw==",
        npm_strip_prefix = "package/vendor/abseil-cpp",
    )
    _maybe(
        source_archive,
        "googletest",
        urls = ["https://github.com/google/googletest/releases/download/v1.16.0/googletest-1.16.0.tar.gz"],
        sha256 = "78c676fc63881529bf97bf9d45948d905a66833fbfa5318ea2cd7478cb98f399",
        strip_prefix = "googletest-1.16.0",
        deb_path = "pool/main/g/googletest/googletest_1.16.0.orig.tar.gz",
        deb_sha256 = "2f54382b5d13d6cd0be2afc524f1e510d37f8ba78c2d439c5bea64ef37e30d01",
        build_file = Label("//third_party:googletest.BUILD"),
    )
    _maybe(
        source_archive,
        "google_benchmark",
        urls = ["https://github.com/google/benchmark/archive/refs/tags/v1.9.1.tar.gz"],
        sha256 = "32131c08ee31eeff2c8968d7e874f3cb648034377dfc32a4c377fa8796d84981",
        strip_prefix = "benchmark-1.9.1",
        deb_path = "pool/main/b/benchmark/benchmark_1.9.1.orig.tar.gz",
        build_file = Label("//third_party:benchmark.BUILD"),
    )
    _maybe(
        source_archive,
        "mimalloc",
        sha256 = "cbc9d207ff105ad1f0cb739c378076143a6452b8d0624309cea0abfb040e972b",
        strip_prefix = "mimalloc-2.0.9+ds",
        deb_path = "pool/main/m/mimalloc/mimalloc_2.0.9+ds.orig.tar.xz",
        build_file = Label("//third_party:mimalloc.BUILD"),
    )
