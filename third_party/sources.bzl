"""The versions, addresses and hashes of all dependencies."""

load(":source_archive.bzl", "source_archive")

SOURCES = {
    "abseil-cpp": {
        "deb": "pool/main/a/abseil/abseil_20260526.0.orig.tar.gz",
        "npm": "re2@1.26.0",
        "npm_integrity": "sha512-QTEfFp0nu1eT/HKKZC+2BKM9Lb8uqprGkcHhro9r3giiKS+1SnNZBZ1m7C7Axi/VR1YGXiu3mp35UA53yHAuNw==",
        "npm_strip_prefix": "package/vendor/abseil-cpp",
        "sha256": "6e1aee535473414164bf83e4ebc40240dec71a4701f8a642d906e95bea1aea0c",
        "strip_prefix": "abseil-cpp-20260526.0",
        "urls": ["https://github.com/abseil/abseil-cpp/releases/download/20260526.0/abseil-cpp-20260526.0.tar.gz"],
    },
    "google_benchmark": {
        "build_file": Label("//third_party:google_benchmark.BUILD"),
        "deb": "pool/main/b/benchmark/benchmark_1.9.1.orig.tar.gz",
        "sha256": "32131c08ee31eeff2c8968d7e874f3cb648034377dfc32a4c377fa8796d84981",
        "strip_prefix": "benchmark-1.9.1",
        "urls": ["https://github.com/google/benchmark/archive/refs/tags/v1.9.1.tar.gz"],
    },
    "googletest": {
        "build_file": Label("//third_party:googletest.BUILD"),
        "deb": "pool/main/g/googletest/googletest_1.16.0.orig.tar.gz",
        # Debian's archive is GitHub's, recompressed.
        "deb_sha256": "2f54382b5d13d6cd0be2afc524f1e510d37f8ba78c2d439c5bea64ef37e30d01",
        "sha256": "78c676fc63881529bf97bf9d45948d905a66833fbfa5318ea2cd7478cb98f399",
        "strip_prefix": "googletest-1.16.0",
        "urls": ["https://github.com/google/googletest/releases/download/v1.16.0/googletest-1.16.0.tar.gz"],
    },
    "mimalloc": {
        "build_file": Label("//third_party:mimalloc.BUILD"),
        "deb": "pool/main/m/mimalloc/mimalloc_2.0.9+ds.orig.tar.xz",
        # Debian's archive omits upstream's documentation and prebuilt Windows files.
        "deb_sha256": "cbc9d207ff105ad1f0cb739c378076143a6452b8d0624309cea0abfb040e972b",
        "deb_strip_prefix": "mimalloc-2.0.9+ds",
        "sha256": "4a29edae32a914a706715e2ac8e7e4109e25353212edeed0888f4e3e15db5850",
        "strip_prefix": "mimalloc-2.0.9",
        "urls": ["https://github.com/microsoft/mimalloc/archive/refs/tags/v2.0.9.tar.gz"],
    },
}

def source_repository(name):
    """Declares the repository @name with the sources of SOURCES[name]."""
    source_archive(name = name, **SOURCES[name])
