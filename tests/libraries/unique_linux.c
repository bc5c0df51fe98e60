// A GNU unique symbol, as GCC emits it for the static members of templates.
__asm__(
    ".data\n"
    ".globl plain_unique\n"
    ".type plain_unique, @gnu_unique_object\n"
    ".size plain_unique, 4\n"
    "plain_unique: .long 42\n"
    ".text\n");
