#include "conformance/report/journal.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>

namespace assay::report {

namespace {

namespace fs = std::filesystem;
using engine::CaseResult;
using engine::Verdict;
using wire::Version;

// A folder that goes with the test.
struct Folder {
    fs::path path = fs::temp_directory_path() / ("assay_journal_" + std::to_string(getpid()));
    Folder() { fs::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { fs::remove_all(path); }
};

CaseResult a_result(std::string id, Verdict verdict) {
    CaseResult result{.id = std::move(id), .version = Version::v1_2, .verdict = verdict};
    result.judged = {"SPDM-DIG-001"};
    result.time = std::chrono::microseconds(7);
    return result;
}

const Journal::Arguments kArguments = {"--target", "tcp://host:1"};

void write_some(const fs::path& folder) {
    auto journal = Journal::begin(folder, kArguments);
    BOOST_REQUIRE(journal.has_value());
    BOOST_REQUIRE(journal->add(a_result("dig/a", Verdict::pass)));
    BOOST_REQUIRE(journal->add(a_result("dig/b", Verdict::fail)));
    CaseResult left_out = a_result("dig/c", Verdict::not_applicable);
    left_out.reason = "the device does not claim CERT_CAP";
    BOOST_REQUIRE(journal->add(left_out));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(journal_suite)

BOOST_AUTO_TEST_CASE(what_needs_no_exchanges_is_known_again) {
    const Folder folder;
    write_some(folder.path);
    const auto journal = Journal::resume(folder.path, kArguments);
    BOOST_REQUIRE(journal.has_value());
    const auto passed = journal->known("dig/a", Version::v1_2);
    BOOST_REQUIRE(passed.has_value());
    BOOST_TEST((passed->verdict == Verdict::pass));
    BOOST_TEST((passed->judged == std::vector<std::string>{"SPDM-DIG-001"}));
    BOOST_TEST(passed->time.count() == 7);
    BOOST_TEST(journal->known("dig/c", Version::v1_2).value().reason == "the device does not claim CERT_CAP");
    BOOST_TEST(!journal->known("dig/b", Version::v1_2).has_value());
    BOOST_TEST(!journal->known("dig/a", Version::v1_3).has_value());
}

BOOST_AUTO_TEST_CASE(what_a_role_without_versions_says_is_known_again_too) {
    const Folder folder;
    const CaseResult result{.id = "report/a",
                            .title = "A report",
                            .requirements = {"R-1"},
                            .group = "report",
                            .columns = {{"answer", "accepted"}, {"words", "a\nb"}},
                            .remarks = {"demand: none"}};
    {
        auto journal = Journal::begin(folder.path, kArguments);
        BOOST_REQUIRE(journal.has_value());
        BOOST_REQUIRE(journal->add(result));
    }
    const auto known = Journal::resume(folder.path, kArguments).value().known(result.id, result.version);
    BOOST_REQUIRE(known.has_value());
    BOOST_TEST(known->title == result.title);
    BOOST_TEST((known->requirements == result.requirements));
    BOOST_TEST(known->group == "report");
    BOOST_REQUIRE(known->columns.size() == 2U);
    BOOST_TEST(known->columns[0].key == "answer");
    BOOST_TEST(known->columns[1].value == "a\nb");
    BOOST_TEST((known->remarks == result.remarks));
}

BOOST_AUTO_TEST_CASE(a_line_that_was_cut_off_is_dropped_and_what_comes_later_is_read) {
    const Folder folder;
    write_some(folder.path);
    const fs::path path = folder.path / kJournalName;
    const uintmax_t whole = fs::file_size(path);
    for (uintmax_t cut = 1; cut < 60; ++cut) {
        fs::resize_file(path, whole - cut);
        {
            auto journal = Journal::resume(folder.path, kArguments);
            BOOST_REQUIRE(journal.has_value());
            BOOST_TEST(journal->known("dig/a", Version::v1_2).has_value());
            BOOST_TEST(!journal->known("dig/c", Version::v1_2).has_value());
            BOOST_REQUIRE(journal->add(a_result("dig/d", Verdict::pass)));
        }
        BOOST_TEST(Journal::resume(folder.path, kArguments)->known("dig/d", Version::v1_2).has_value());
        write_some(folder.path);
    }
}

BOOST_AUTO_TEST_CASE(another_run_is_not_gone_on_with) {
    const Folder folder;
    const auto none = Journal::resume(folder.path, kArguments);
    BOOST_REQUIRE(!none.has_value());
    BOOST_TEST(none.error().detail == "there is no interrupted run in " + folder.path.string());
    write_some(folder.path);
    const auto other = Journal::resume(folder.path, {"--target", "tcp://host:2"});
    BOOST_REQUIRE(!other.has_value());
    BOOST_TEST(other.error().detail == "the interrupted run in " + folder.path.string() +
                                           " had other arguments: --target tcp://host:1");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_journal_is_refused_whatever_it_holds) {
    const Folder folder;
    fs::create_directories(folder.path);
    for (const char* content : {"", "\n", "{}\n", "[1]\n", "{\"tool\":1,\"format\":1,\"arguments\":1}\n",
                                "{\"tool\":\"assay\",\"format\":2,\"arguments\":[]}\n", "\xff\xfe\n"}) {
        std::ofstream(folder.path / kJournalName) << content;
        BOOST_TEST(!Journal::resume(folder.path, kArguments).has_value(), content);
    }
    // Lines that are no results are none.
    std::ofstream(folder.path / kJournalName)
        << "{\"tool\":\"assay\",\"format\":1,\"arguments\":[]}\n{\"id\":1,\"version\":[],\"verdict\":{}}\n";
    const auto journal = Journal::resume(folder.path, {});
    BOOST_REQUIRE(journal.has_value());
    BOOST_TEST(journal->known() == 0U);
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_made_is_refused_at_once) {
    const Folder folder;
    std::ofstream(folder.path) << "a file";
    const auto journal = Journal::begin(folder.path, {});
    BOOST_REQUIRE(!journal.has_value());
    BOOST_TEST((journal.error().code == Errc::io));
    BOOST_TEST(journal.error().detail.contains(folder.path.string()));
}

BOOST_AUTO_TEST_CASE(it_goes_when_the_report_is_there) {
    const Folder folder;
    auto journal = Journal::begin(folder.path, {});
    BOOST_REQUIRE(journal.has_value());
    BOOST_REQUIRE(journal->remove());
    BOOST_TEST(!fs::exists(folder.path / kJournalName));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::report
