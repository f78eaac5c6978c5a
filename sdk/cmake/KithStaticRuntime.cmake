# kith_static_runtime(TARGET): links libstdc++ and libgcc into a program or a module that exports no C++, and leaves out what it does not use.
# Loading the shared libstdc++ costs each command about 3 ms of relocations, and ties a binary to the age of the machine's libstdc++. The
# daemon's own memory grows by 1 MB where other programs map the shared one, and shrinks by half a megabyte where none does.
# Without effect with sanitizers, which replace parts of the shared one.
option(KITH_STATIC_RUNTIME "Link libstdc++ and libgcc into kith and the first-party plugins" ON)

function(kith_static_runtime target)
  if(KITH_STATIC_RUNTIME AND NOT KITH_SANITIZE)
    target_link_options(${target} PRIVATE $<$<LINK_LANGUAGE:CXX>:-static-libstdc++> -static-libgcc -Wl,--gc-sections)
  endif()
endfunction()
