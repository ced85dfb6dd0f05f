// The entry of every test program: goes to the source root, from which the tests name their files.
#define BOOST_TEST_MODULE assay
#include <boost/test/unit_test.hpp>
#include <filesystem>

namespace {

struct SourceRoot {
    SourceRoot() { std::filesystem::current_path(ASSAY_SOURCE_DIR); }
};

}  // namespace

BOOST_TEST_GLOBAL_FIXTURE(SourceRoot);
