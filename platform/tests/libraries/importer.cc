// Is linked against another library.

extern "C" int Add(int a, int b);

extern "C" int Twice(int a) { return Add(a, a); }
