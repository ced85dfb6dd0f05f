# clang-tidy as build steps: the target `tidy` checks each source file of the modules and fuzz targets anew
# only when the file, a header it includes, its flags or .clang-tidy changed. Tests are not checked.
find_program(CLANG_TIDY clang-tidy-19)
add_custom_target(tidy)

# assay_tidy(TARGET) adds the target's sources to `tidy`. The stamp depends on the object file, because
# that is what the build remakes when a header changes.
function(assay_tidy target)
  if(NOT CLANG_TIDY OR NOT CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  set(stamps)
  foreach(source ${sources})
    cmake_path(ABSOLUTE_PATH source)
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE relative)
    set(object ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${target}.dir/${relative}.o)
    set(stamp ${PROJECT_BINARY_DIR}/tidy/${target}/${relative}.stamp)
    cmake_path(GET stamp PARENT_PATH folder)
    file(MAKE_DIRECTORY ${folder})
    add_custom_command(
      OUTPUT ${stamp}
      COMMAND ${CLANG_TIDY} --quiet -p ${PROJECT_BINARY_DIR} ${source}
      COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
      DEPENDS ${object} ${PROJECT_SOURCE_DIR}/.clang-tidy
      COMMENT "clang-tidy ${target} ${relative}")
    list(APPEND stamps ${stamp})
  endforeach()
  add_custom_target(tidy_${target} DEPENDS ${stamps})
  add_dependencies(tidy tidy_${target})
endfunction()
