# The link kit: what an executable is linked from, beside the compiler
# (lib/rill/kit), so that users need no toolchain.
set(kit ${CMAKE_BINARY_DIR}/lib/rill/kit)
file(MAKE_DIRECTORY ${kit})
find_program(HOST_GCC NAMES gcc REQUIRED)

foreach(file Scrt1.o crti.o crtn.o crtbeginS.o crtendS.o libstdc++.a libgcc.a
        libgcc_eh.a libc_nonshared.a libz.a)
  execute_process(COMMAND ${HOST_GCC} -print-file-name=${file}
    OUTPUT_VARIABLE path OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT IS_ABSOLUTE ${path})
    message(FATAL_ERROR "gcc finds no ${file} for the link kit")
  endif()
  file(COPY_FILE ${path} ${kit}/${file} ONLY_IF_DIFFERENT)
endforeach()

add_custom_command(OUTPUT ${kit}/librill_runtime.a ${kit}/rill_main.o
  COMMAND ${CMAKE_COMMAND} -E copy $<TARGET_FILE:RillRuntime> ${kit}/librill_runtime.a
  COMMAND ${CMAKE_COMMAND} -E copy $<TARGET_OBJECTS:RillMain> ${kit}/rill_main.o
  DEPENDS RillRuntime RillMain $<TARGET_OBJECTS:RillMain>)
add_custom_target(kit ALL DEPENDS ${kit}/librill_runtime.a ${kit}/rill_main.o)
install(DIRECTORY ${kit} DESTINATION lib/rill)
