# A library in both kinds from one compilation: NAME is static, NAME-shared is shared, and
# NAME-objects holds the sources with their flags.
#
# What a header of include/alvor declares ALV_API is exported, everything else is hidden; tests and
# the command use the insides, so they link the static kind.
function(alvor_library name)
  add_library(${name}-objects OBJECT ${ARGN})
  alvor_flags(${name}-objects)
  target_include_directories(${name}-objects PRIVATE ${PROJECT_SOURCE_DIR}/include
                                                     ${PROJECT_SOURCE_DIR}/src)
  add_library(${name} STATIC $<TARGET_OBJECTS:${name}-objects>)
  set(kinds ${name})
  # The sanitizers' runtime belongs to the program, not to a library.
  if(ALVOR_SHARED AND NOT ALVOR_SANITIZE)
    add_library(${name}-shared SHARED $<TARGET_OBJECTS:${name}-objects>)
    set_target_properties(${name}-shared PROPERTIES OUTPUT_NAME ${name}
                          VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
    target_link_options(${name}-shared PRIVATE LINKER:-z,defs)
    list(APPEND kinds ${name}-shared)
  endif()
  foreach(kind ${kinds})
    set_target_properties(${kind} PROPERTIES LINKER_LANGUAGE C)
    target_include_directories(${kind} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                              $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  endforeach()
  if(ALVOR_SANITIZE)
    target_link_options(${name} PUBLIC -fsanitize=${ALVOR_SANITIZE})
  endif()
endfunction()
