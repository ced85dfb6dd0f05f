#include <nlohmann/json.hpp>

#include "conformance/cli/test_support.h"
#include "stack/evidence/machine.h"
#include "stack/evidence/shapes.h"

namespace assay::cli {

namespace {

namespace fs = std::filesystem;

// A genuine machine's evidence in a folder that is gone with the test.
struct Bundle {
    TemporaryFile place{"", "bundle"};
    fs::path folder;

    Bundle() : folder(place.path) {
        fs::remove(folder);
        const auto& shape = evidence::shapes().front();
        const auto machine = evidence::genuine(shape.name);
        const auto files = evidence::make(machine.value());
        for (const auto& [path, bytes] : files.value()) write(path, bytes);
    }

    void write(const std::string& path, ByteView bytes) const {
        fs::create_directories((folder / path).parent_path());
        std::ofstream(folder / path, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    std::string path(const std::string& inside = {}) const {
        return inside.empty() ? folder.string() : (folder / inside).string();
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(verify_suite)

BOOST_AUTO_TEST_CASE(a_genuine_bundle_is_trusted_under_its_context_and_not_without) {
    const Bundle bundle;
    const Ran trusted = assay({"verify", bundle.path(), "--context", bundle.path("context.json")});
    BOOST_TEST(trusted.code == 0, trusted.out << trusted.err);
    BOOST_TEST(trusted.out.starts_with("trusted\n"));
    const Ran alone = assay({"verify", bundle.path()});
    BOOST_TEST(alone.code == 1, alone.out);
    for (const char* check : {"policy_empty", "nonce_expected", "cert_root_pinned"})
        BOOST_TEST(alone.out.find(check) != std::string::npos, check);
}

BOOST_AUTO_TEST_CASE(another_nonce_and_another_time_are_refused) {
    const Bundle bundle;
    const std::string context = bundle.path("context.json");
    const Ran nonce = assay({"verify", bundle.path(), "--context", context, "--nonce", std::string(64, '0')});
    BOOST_TEST(nonce.code == 1);
    BOOST_TEST(nonce.out.find("report_nonce") != std::string::npos, nonce.out);
    const Ran time = assay({"verify", bundle.path(), "--context", context, "--at", "2099-01-01T00:00:00Z"});
    BOOST_TEST(time.code == 1);
    BOOST_TEST(time.out.find("cert_validity") != std::string::npos, time.out);
}

BOOST_AUTO_TEST_CASE(what_is_expected_of_one_part_goes_before_the_nonce) {
    const Bundle bundle;
    const auto expecting = [&](const std::string& option) {
        return assay({"verify", bundle.path(), "--context", bundle.path("context.json"), "--expect", option});
    };
    const std::string other(64, 'a');
    BOOST_TEST(expecting("gpu-1=" + other).code == 0);
    for (const char* part : {"gpu=", "gpu-0="}) {
        const Ran ran = expecting(part + other);
        BOOST_TEST(ran.code == 1);
        BOOST_TEST(ran.out.contains("report_nonce"), ran.out);
    }
    for (const std::string& bad : {std::string("gpu-0"), std::string("gpu-0=aa"), "cpu=" + other})
        BOOST_TEST(expecting(bad).code == 2, bad);
}

BOOST_AUTO_TEST_CASE(machines_read_steps_and_claims_as_json) {
    const Bundle bundle;
    const Ran ran = assay({"verify", bundle.path(), "--context", bundle.path("context.json"), "--json"});
    const auto report = nlohmann::json::parse(ran.out, nullptr, false);
    BOOST_REQUIRE(report.is_object());
    BOOST_TEST(report["verdict"] == "trusted");
    BOOST_TEST(report["steps"].size() > 50U);
    BOOST_TEST(report["claims"]["gpu-0"]["measres"] == "success");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_malformed_and_says_so) {
    const Bundle bundle;
    const std::string context = bundle.path("context.json");
    bundle.write("evidence.json", Bytes(1000, 0xff));
    const Ran binary = assay({"verify", bundle.path(), "--context", context});
    BOOST_TEST(binary.code == 3);
    BOOST_TEST(binary.out.find("evidence_form") != std::string::npos, binary.out);
    fs::remove(bundle.folder / "evidence.json");
    BOOST_TEST(assay({"verify", bundle.path(), "--context", context}).code == 3);
    bundle.write("evidence.json", as_bytes(R"({"format": "assay-evidence/1", "rims": ["link"]})"));
    fs::create_symlink("/etc/passwd", bundle.folder / "link");
    const Ran link = assay({"verify", bundle.path(), "--context", context});
    BOOST_TEST(link.code == 3);
    BOOST_TEST(link.out.find("evidence_file") != std::string::npos, link.out);
    fs::remove(bundle.folder / "link");
    bundle.write("link", {});
    fs::resize_file(bundle.folder / "link", uintmax_t{1} << 33);
    const Ran huge = assay({"verify", bundle.path(), "--context", context});
    BOOST_TEST(huge.out.find("too large") != std::string::npos, huge.out);
}

BOOST_AUTO_TEST_CASE(bad_input_gives_one_line_and_its_exit_code) {
    const TemporaryFile text("no certificate", "text");
    const std::string file = text.name();
    const BadInput rows[] = {
        {{"verify"}, 2, "give a folder of evidence, or --report and --certificates"},
        {{"verify", "/nowhere"}, 2, "cannot read /nowhere: No such file or directory"},
        {{"verify", file}, 2, "it is no folder"},
        {{"verify", "/", "--report", file}, 2, "do not go together"},
        {{"verify", "--report", "/nowhere", "--certificates", file}, 2, "cannot read /nowhere"},
        {{"verify", "--report", "/", "--certificates", file}, 2, "cannot read /: it is a folder"},
        {{"verify", "--report", "/dev/zero", "--certificates", file},
         2,
         "/dev/zero: it is larger than 16 MiB"},
        {{"verify", "/", "--nonce", "12"}, 2, "the nonce is not 64 hexadecimal digits"},
        {{"verify", "/", "--expect", "snp=12"}, 2, "--expect snp=12: snp is not 64 bytes"},
        {{"verify", "/", "--at", "tomorrow"}, 2, "'tomorrow' is no time like"},
        {{"verify", "/", "--policy", file}, 2, "this is no JSON"},
        {{"verify", "/", "--context", file}, 2, "this is no JSON"},
        {{"verify", "/", "--roots", "gpu=" + file}, 2, "is not KIND=FILE"},
        {{"verify", "/", "--roots", "rim=" + file}, 2, "holds no certificate"},
        {{"verify", "--report", file, "--certificates", file, "--spdm-version", "2"},
         2,
         "none of 1.0 to 1.4"},
    };
    for (const BadInput& row : rows) row.check();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::cli
