# vtr_layer(NAME [USES layer...] [LIBS library...] [WITHOUT source...]): the folder's
# sources, but those, as one object library.  A layer sees its own folder and those of the
# layers that it uses, through a tree of links in the build folder: an #include that the
# design does not allow finds no file.
function(vtr_layer name)
    cmake_parse_arguments(arg "" "" "USES;LIBS;WITHOUT" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.c")
    foreach(source IN LISTS arg_WITHOUT)
        list(REMOVE_ITEM sources "${CMAKE_CURRENT_SOURCE_DIR}/${source}")
    endforeach()
    file(RELATIVE_PATH folder "${PROJECT_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}")
    set(view "${PROJECT_BINARY_DIR}/view/${name}")
    get_filename_component(parent "${view}/${folder}" DIRECTORY)
    file(MAKE_DIRECTORY "${parent}")
    file(CREATE_LINK "${CMAKE_CURRENT_SOURCE_DIR}" "${view}/${folder}" SYMBOLIC)

    add_library(vtr_${name} OBJECT ${sources})
    target_include_directories(vtr_${name} PUBLIC "${view}" "${PROJECT_SOURCE_DIR}/include")
    foreach(used IN LISTS arg_USES)
        target_include_directories(vtr_${name} PUBLIC "${PROJECT_BINARY_DIR}/view/${used}")
    endforeach()
    target_link_libraries(vtr_${name} PRIVATE vtr_warnings ${arg_LIBS})
endfunction()
