#include "conformance/report/write.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "conformance/report/test_support.h"

namespace assay::report {

namespace {

namespace fs = std::filesystem;

const fs::path kGolden = fs::path("conformance/report/golden");

// A folder that goes with the test.
struct Folder {
    fs::path path = fs::temp_directory_path() / ("assay_report_" + std::to_string(getpid()));
    Folder() { fs::create_directories(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { fs::remove_all(path); }
};

std::string contents(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::set<std::string> files(const fs::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) names.insert(entry.path().lexically_relative(folder).string());
    }
    return names;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(write_suite)

BOOST_AUTO_TEST_CASE(a_report_is_byte_for_byte_what_it_was) {
    if (std::getenv("ASSAY_UPDATE_GOLDEN") != nullptr) {
        fs::remove_all(kGolden);
        BOOST_REQUIRE(write_report(kGolden, test::sample(), test::details()).has_value());
        BOOST_TEST_MESSAGE("wrote " << kGolden.string());
        return;
    }
    constexpr const char* kHow =
        " differs from conformance/report/golden; if the change is meant, run "
        "assay_report_test with ASSAY_UPDATE_GOLDEN=1 and read what git diff says";
    Folder folder;
    BOOST_REQUIRE(write_report(folder.path, test::sample(), test::details()).has_value());
    BOOST_TEST(files(folder.path) == files(kGolden), "the list of files" << kHow);
    for (const std::string& name : files(kGolden)) {
        bool same = contents(folder.path / name) == contents(kGolden / name);
        BOOST_TEST(same, name << kHow << "; it is now:\n" << contents(folder.path / name));
    }
}

BOOST_AUTO_TEST_CASE(failures_of_an_earlier_run_are_not_left_behind_and_other_files_are) {
    Folder folder;
    BOOST_REQUIRE(write_report(folder.path, test::sample(), test::details()).has_value());
    for (const char* name : {"notes.txt", "1.2-crt_offset-at-end.txt.bak"})
        BOOST_REQUIRE(write_file(folder.path / "failures" / name, as_bytes("mine")).has_value());
    engine::RunReport clean = test::sample();
    clean.results.resize(1);
    BOOST_REQUIRE(write_report(folder.path, clean, test::details()).has_value());
    BOOST_TEST(files(folder.path / "failures") ==
                   (std::set<std::string>{"1.2-crt_offset-at-end.txt.bak", "notes.txt"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_written_is_named_with_the_reason) {
    Folder folder;
    fs::create_directories(folder.path / "report.json");
    Result<> written = write_report(folder.path, test::sample(), test::details());
    BOOST_REQUIRE(!written.has_value());
    BOOST_TEST((written.error().code == Errc::io));
    BOOST_TEST(written.error().text().find((folder.path / "report.json").string()) != std::string::npos);
    BOOST_TEST(written.error().text().find("Is a directory") != std::string::npos, written.error().text());

    BOOST_REQUIRE(write_file(folder.path / "file", as_bytes("x")).has_value());
    written = write_report(folder.path / "file" / "report", test::sample(), test::details());
    BOOST_REQUIRE(!written.has_value());
    BOOST_TEST(written.error().text().find("Not a directory") != std::string::npos, written.error().text());
}

BOOST_AUTO_TEST_CASE(a_report_that_cannot_be_written_leaves_the_old_one_as_it_was) {
    Folder folder;
    BOOST_REQUIRE(write_report(folder.path, test::sample(), test::details()).has_value());
    const auto before = files(folder.path);
    const std::string old = contents(folder.path / "report.json");
    engine::RunReport other = test::sample();
    other.target = "another";
    // A name that is too long for the file system.
    other.results.front().id = std::string(300, 'x');
    other.results.front().verdict = engine::Verdict::fail;
    BOOST_TEST(!write_report(folder.path, other, test::details()).has_value());
    BOOST_TEST(contents(folder.path / "report.json") == old);
    for (const std::string& name : before) BOOST_TEST(fs::exists(folder.path / name), name);
    BOOST_REQUIRE(write_report(folder.path, test::sample(), test::details()).has_value());
    BOOST_TEST(files(folder.path) == before, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_case_id_cannot_lead_out_of_the_folder) {
    engine::CaseResult result = test::failed();
    result.id = "../../etc/pass wd";
    BOOST_TEST(file_stem(test::sample(), result) == "1.2-.._.._etc_pass_wd");
}

BOOST_AUTO_TEST_CASE(failures_of_a_role_without_versions_bear_its_name_and_do_not_outlive_the_next_run) {
    Folder folder;
    engine::RunReport report = test::grouped();
    BOOST_REQUIRE(write_report(folder.path, report).has_value());
    const fs::path failure = folder.path / "failures" / "verifier-a-long-group-of-bundles_one.txt";
    BOOST_TEST(fs::exists(failure));
    report.results.clear();
    BOOST_REQUIRE(write_report(folder.path, report).has_value());
    BOOST_TEST(!fs::exists(failure));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::report
