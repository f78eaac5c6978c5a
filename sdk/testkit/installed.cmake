# What is installed: all of it in one object, kith_hosting and what that uses of Boost.JSON too, whose names nobody else sees. So it asks
# for nothing, and does not meddle with another Boost in the same program. Weak, because one object is no group that a linker may choose from.
find_program(KITH_LD ld.bfd REQUIRED) # Debian: binutils; neither lld nor LLVM's objcopy can do it
find_program(KITH_OBJCOPY objcopy REQUIRED)
set(whole ${CMAKE_CURRENT_BINARY_DIR}/installed/libkith_testkit.a)
add_custom_command(OUTPUT ${whole}
  COMMAND ${KITH_LD} -r --force-group-allocation -o installed/all.o --whole-archive $<TARGET_FILE:kith_testkit>
          $<TARGET_FILE:kith_hosting> --no-whole-archive $<TARGET_FILE:Boost::json>
  COMMAND ${KITH_OBJCOPY} --weaken installed/all.o
  COMMAND ${KITH_OBJCOPY} --wildcard "--localize-symbol=*5boost*" installed/all.o installed/kith_testkit.o
  COMMAND ${CMAKE_COMMAND} -E rm -f ${whole}
  COMMAND ${CMAKE_AR} rcs ${whole} installed/kith_testkit.o
  DEPENDS kith_testkit kith_hosting
  VERBATIM)
file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/installed)
add_custom_target(kith_testkit_whole ALL DEPENDS ${whole})
add_library(kith_testkit_installed INTERFACE)
set_target_properties(kith_testkit_installed PROPERTIES EXPORT_NAME testkit)
target_compile_features(kith_testkit_installed INTERFACE cxx_std_20)
target_link_libraries(kith_testkit_installed INTERFACE
  kith_sdk $<INSTALL_INTERFACE:$<INSTALL_PREFIX>/${CMAKE_INSTALL_LIBDIR}/libkith_testkit.a> ${CMAKE_DL_LIBS})
install(TARGETS kith_testkit_installed EXPORT kith)
install(FILES ${whole} DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT sdk)
install(DIRECTORY include/kith/testkit DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/kith COMPONENT sdk)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/sdk/testkit COMPONENT sdk)
# Of kith_hosting what the testkit's headers include.
foreach(header IN ITEMS dns_query http_request tenant_rights url world)
  install(FILES ../hosting/include/kith/hosting/${header}.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/kith/hosting COMPONENT sdk)
endforeach()
