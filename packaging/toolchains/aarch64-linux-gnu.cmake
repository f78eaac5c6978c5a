# arm64 from another Debian machine: its cross compiler, with the libraries of the other architecture beside those of this one
# (packaging/packages.txt, group arm64). Programs of the build run under qemu.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu) # for what is looked up before a language is enabled
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64)
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig)
# sdk/testkit puts its library together with these.
set(KITH_LD aarch64-linux-gnu-ld.bfd CACHE STRING "ld of the target")
set(KITH_OBJCOPY aarch64-linux-gnu-objcopy CACHE STRING "objcopy of the target")
