# What `cmake --install` puts where, and the .deb packages made of it (docs/install.md).
#
# Two components: `program` (the package mdsync) and `development` (libmdsync-dev: headers and the library). Where Debian
# has a place of its own for something, that is installed into the packages only: EXCLUDE_FROM_ALL.
if(EXISTS /etc/debian_version AND CMAKE_LIBRARY_ARCHITECTURE)
  set(CMAKE_INSTALL_LIBDIR lib/${CMAKE_LIBRARY_ARCHITECTURE} CACHE STRING "Where libraries go, below the prefix")
endif()
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# ---- The library -------------------------------------------------------------------------------------------------------

set_target_properties(mdsync_library PROPERTIES EXCLUDE_FROM_ALL OFF)
set(config ${CMAKE_INSTALL_LIBDIR}/cmake/mdsync)
install(TARGETS mdsync_library EXPORT mdsync ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(EXPORT mdsync NAMESPACE mdsync:: FILE mdsyncTargets.cmake DESTINATION ${config} COMPONENT development)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/mdsync DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/mdsyncConfig.cmake.in ${PROJECT_BINARY_DIR}/package/mdsyncConfig.cmake
                              INSTALL_DESTINATION ${config})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/mdsyncConfigVersion.cmake COMPATIBILITY SameMinorVersion)
file(RELATIVE_PATH to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_CURRENT_LIST_DIR}/mdsync.pc.in ${PROJECT_BINARY_DIR}/package/mdsync.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/package/mdsyncConfig.cmake ${PROJECT_BINARY_DIR}/package/mdsyncConfigVersion.cmake
        DESTINATION ${config} COMPONENT development)
install(FILES ${PROJECT_BINARY_DIR}/package/mdsync.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)

# ---- The program, its man pages, and what completes its words -----------------------------------------------------------

install(TARGETS mdsync RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)

set(pages ${PROJECT_BINARY_DIR}/package/man)
set(shells ${PROJECT_BINARY_DIR}/package/shells)
add_custom_command(OUTPUT ${shells}/done DEPENDS mdsync COMMENT "Writing man pages and completions"
                   COMMAND ${CMAKE_COMMAND} -E rm -rf ${pages} ${shells}
                   COMMAND ${CMAKE_COMMAND} -E make_directory ${shells}
                   COMMAND mdsync man --output ${pages}
                   COMMAND gzip -9nr ${pages}
                   COMMAND mdsync completion bash > ${shells}/mdsync
                   COMMAND mdsync completion zsh > ${shells}/_mdsync
                   COMMAND mdsync completion fish > ${shells}/mdsync.fish
                   COMMAND ${CMAKE_COMMAND} -E touch ${shells}/done)
add_custom_target(mdsync_told ALL DEPENDS ${shells}/done)
# All that is installed, without the tests.
add_custom_target(installed DEPENDS mdsync mdsync_library mdsync_told)

install(DIRECTORY ${pages}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
install(FILES ${shells}/mdsync DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
install(FILES ${shells}/mdsync.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT program)
install(FILES ${shells}/_mdsync DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT elsewhere)
install(FILES ${shells}/_mdsync DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT program EXCLUDE_FROM_ALL)

# ---- Scenarios, example adapters, the schema, the documentation ---------------------------------------------------------

set(data ${CMAKE_INSTALL_DATADIR}/mdsync)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/scenarios DESTINATION ${data} COMPONENT program)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/examples/ DESTINATION ${data}/adapters USE_SOURCE_PERMISSIONS COMPONENT program
        PATTERN __pycache__ EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/adapters/ DESTINATION ${data}/adapters COMPONENT program
        PATTERN node_modules EXCLUDE PATTERN .npmrc EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/schema DESTINATION ${data} COMPONENT program)
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${PROJECT_SOURCE_DIR}/CONTRIBUTING.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT elsewhere)  # on Debian: copyright
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program
        PATTERN examples EXCLUDE PATTERN schema EXCLUDE)
# So that the pages' links lead to what lies in share/mdsync.
foreach(link scenarios adapters docs/examples docs/schema)
  string(REPLACE docs/examples adapters target ${link})
  string(REPLACE docs/ "" target ${target})
  file(RELATIVE_PATH up /${CMAKE_INSTALL_DOCDIR}/${link}/.. /${data}/${target})
  get_filename_component(name ${link} NAME)
  get_filename_component(folder ${link} DIRECTORY)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/package/links/${folder})
  file(CREATE_LINK ${up} ${PROJECT_BINARY_DIR}/package/links/${link} SYMBOLIC)
endforeach()
install(DIRECTORY ${PROJECT_BINARY_DIR}/package/links/ DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)

# ---- The packages for Debian --------------------------------------------------------------------------------------------

set(debian ${PROJECT_BINARY_DIR}/package/debian)
add_custom_command(OUTPUT ${debian}/changelog.gz ${debian}/changelog.Debian.gz
                   DEPENDS ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${CMAKE_CURRENT_LIST_DIR}/debian/changelog
                   COMMAND ${CMAKE_COMMAND} -E make_directory ${debian}
                   COMMAND gzip -9nc ${PROJECT_SOURCE_DIR}/CHANGELOG.md > ${debian}/changelog.gz
                   COMMAND gzip -9nc ${CMAKE_CURRENT_LIST_DIR}/debian/changelog > ${debian}/changelog.Debian.gz)
add_custom_target(mdsync_changelogs ALL DEPENDS ${debian}/changelog.gz ${debian}/changelog.Debian.gz)
add_dependencies(installed mdsync_changelogs)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME mdsync)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libmdsync-dev)
foreach(component program development)
  string(TOUPPER ${component} upper)
  install(FILES ${CMAKE_CURRENT_LIST_DIR}/debian/copyright ${debian}/changelog.gz ${debian}/changelog.Debian.gz
          DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME} COMPONENT ${component} EXCLUDE_FROM_ALL)
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The mdsync authors <mdsync@packages.invalid>" CACHE STRING "Who maintains the package")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS tzdata)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS python3)
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION "check how messages are synchronized across a user's devices
One account, many devices: which device must receive which message, when is
a browser tab thrown out, what may a new device fetch, whom does a recall
reach? mdsync judges it by rules that quote the vendor's page: a simulated
server, a recorded trace, or a system of your own behind an adapter.

It brings scenarios for all rules, known-bad servers that show that the
rules notice, a search for what nobody thought of, and reports for CI.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "libfmt-dev, libhowardhinnant-date-dev, libsimdjson-dev, libxxhash-dev, libzstd-dev, zlib1g-dev")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "check message synchronization across devices, as a library
The rules, the runner and the reports of mdsync for programs in C++20: the
headers, a static library, and what CMake and pkg-config want to know.")
include(CPack)
