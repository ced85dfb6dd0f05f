// Every seed and every regression runs clean, and the seeds still get to where they are meant to.
#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "fuzz/coverage.h"
#include "fuzz/device_steps.h"
#include "fuzz/entries.h"
#include "fuzz/program.h"
#include "fuzz/session_steps.h"
#include "fuzz/transfer_steps.h"

namespace assay::fuzz {

namespace {

std::vector<Bytes> inputs(const std::string& folder) {
    std::vector<std::filesystem::path> paths;
    std::filesystem::path root = std::filesystem::path("corpora") / folder;
    if (std::filesystem::exists(root)) {
        for (const auto& entry : std::filesystem::directory_iterator(root)) paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    std::vector<Bytes> all;
    for (const auto& path : paths) {
        std::ifstream file(path, std::ios::binary);
        all.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return all;
}

// What the seeds of a target must reach: named points, and at least so many features.
struct Floor {
    std::string_view target;
    size_t features;
    std::vector<std::string> points;
};

// What a session goes through, at each version that has them.
std::vector<std::string> session_points() {
    std::vector<std::string> points = {"refused by record_tag", "refused by record_session",
                                       "refused by session_limit", "refused by psk_finish_kind"};
    for (const char* version : {"1.1", "1.2", "1.3", "1.4"}) {
        for (const char* message : {"KEY_EXCHANGE_RSP", "FINISH_RSP", "PSK_EXCHANGE_RSP", "HEARTBEAT_ACK",
                                    "KEY_UPDATE_ACK", "END_SESSION_ACK", "ENCAPSULATED_RESPONSE_ACK"}) {
            points.push_back(fmt::format("{} at {}", message, version));
        }
    }
    return points;
}

// What the encrypted path does in each mode, and how it refuses.
std::vector<std::string> transfer_points() {
    std::vector<std::string> points = {"a read arrived", "an RPC arrived", "a fault arrived"};
    for (unsigned mode : {0U, 1U, 2U}) {
        for (unsigned op : {1U, 2U, 3U, 4U})
            points.push_back(fmt::format("executed {} in mode {}", op, mode));
    }
    for (const char* check : {"block_tag", "work_mac", "work_form", "rpc_checksum", "rpc_sequence",
                              "rpc_count", "rpc_tag", "semaphore_writing", "semaphore_torn", "staging_full",
                              "copy_size", "copy_pending", "iv_exhausted", "key_threshold", "rotation_failed",
                              "rotation_order", "rotation_in_flight", "iv_rotation_in_flight", "latched"}) {
        points.push_back(fmt::format("refused by {}", check));
    }
    return points;
}

// What a machine goes through: each step done where it can be, and what closes it. Steps by their number.
std::vector<std::string> device_points() {
    std::vector<std::string> points;
    for (const char* how : {"session", "path", "evidence", "evidence_nonce", "heartbeat", "gpu_running",
                            "gpu_mode", "gpu_capable", "closed"}) {
        points.push_back(fmt::format("closed by {}", how));
    }
    const auto step = [&](DeviceKind kind, std::string_view mode) {
        points.push_back(fmt::format("step {} in {} at ready", static_cast<unsigned>(kind), mode));
    };
    for (DeviceKind kind : {DeviceKind::attest, DeviceKind::put, DeviceKind::load_code, DeviceKind::get,
                            DeviceKind::launch, DeviceKind::rotate}) {
        step(kind, "cc");
        step(kind, "apm");
    }
    step(DeviceKind::beat, "cc");
    step(DeviceKind::management, "apm");
    return points;
}

// What becomes of evidence that was edited, and which checks refuse it.
std::vector<std::string> verifier_points() {
    std::vector<std::string> points = {"trusted and genuine", "refused and not genuine",
                                       "malformed and not genuine", "refused and not known"};
    for (const char* check :
         {"cert_order",    "cert_root_pinned",  "cert_validity", "cert_ca",          "cert_critical",
          "ocsp_revoked",  "ocsp_signature",    "report_nonce",  "report_signature", "block_duplicate",
          "opaque_length", "opaque_counts",     "fwid_match",    "rim_signature",    "rim_transform",
          "rim_resource",  "measurement_match", "quote_nonce",   "log_replay",       "boot_secure",
          "snp_tcb_order", "snp_measurement",   "binding_snp",   "binding_tpm",      "policy_mode"}) {
        points.push_back(fmt::format("refused by {}", check));
    }
    return points;
}

std::vector<Floor> floors() {
    std::vector<Floor> all = {
        {"request_parsing", 45, {"GET_VERSION at 1.0", "VENDOR_DEFINED_REQUEST at 1.4"}},
        {"response_parsing", 55, {"VERSION at 1.0", "ERROR at 1.4"}},
        {"certificate_chain", 6, {"certificates parsed"}},
        {"opaque_data", 4, {"structure 4 at 1.1", "structure 4 at 1.2", "structure 5 at 1.2"}},
        {"framing_mctp", 2, {"spdm"}},
        {"framing_doe", 2, {"unit"}},
        {"framing_tcp", 3, {"spdm", "unit"}},
        {"framing_emu", 5, {"unit"}},
        {"responder_program", 45, {"refused by challenge_slot_empty"}},
        {"requester_program", 25, {"refused by response_version", "refused by response_malformed"}},
        {"session_program", 120, session_points()},
        {"session_program_real", 120, session_points()},
        {"session_program_both", 120, session_points()},
        {"mitm_program", 40, {"complete at 1.1", "complete at 1.2", "complete at 1.3", "complete at 1.4"}},
        {"mitm_program_real",
         40,
         {"complete at 1.1", "complete at 1.2", "complete at 1.3", "complete at 1.4"}},
        {"record_open", 8, {"a record opened on transport 0", "a record opened on transport 1"}},
        {"record_open_real", 8, {"a record opened on transport 0", "a record opened on transport 1"}},
        {"key_schedule_diff", 8, {"difference 0", "difference 1", "difference 2", "difference 3"}},
        {"transfer_program", 60, transfer_points()},
        {"transfer_program_real", 60, transfer_points()},
        {"event_log",
         20,
         {"held log_replay", "refused by log_form", "refused by log_bank", "refused by log_digest",
          "refused by log_separator", "refused by boot_secure"}},
        {"canonical_log",
         10,
         {"1 records", "2 records", "held log_canonical_form", "refused by log_canonical_form"}},
        {"tpm_quote",
         20,
         {"held quote_nonce", "refused by quote_form", "refused by quote_magic", "refused by quote_algorithm",
          "refused by quote_selection"}},
        {"gpu_report",
         20,
         {"held report_form", "held block_kind", "held opaque_value", "refused by block_kind",
          "refused by block_duplicate", "refused by opaque_unknown"}},
        {"rim_xml",
         10,
         {"held rim_signature", "held rim_resource", "refused by rim_resource", "refused by rim_reference"}},
        {"certificate_extensions", 5, {"composite device id", "tcb info", "held fwid_form"}},
        {"attest_policy", 3, {"a policy", "held evidence_form", "refused by evidence_file"}},
        {"snp_report",
         20,
         {"held snp_report_data", "refused by snp_form", "refused by snp_reserved", "refused by snp_debug",
          "refused by snp_tcb_order", "refused by snp_vmpl"}},
        {"device_program", 60, device_points()},
        {"verifier_program", 300, verifier_points()},
    };
    for (const char* version : {"1.0", "1.1", "1.2", "1.3", "1.4"}) {
        for (const char* message :
             {"NEGOTIATE_ALGORITHMS", "GET_DIGESTS", "GET_CERTIFICATE", "CHALLENGE", "GET_MEASUREMENTS"}) {
            all[0].points.push_back(fmt::format("{} at {}", message, version));
        }
        for (const char* message :
             {"ALGORITHMS", "DIGESTS", "CERTIFICATE", "CHALLENGE_AUTH", "MEASUREMENTS"}) {
            all[1].points.push_back(fmt::format("{} at {}", message, version));
            all[8].points.push_back(fmt::format("{} at {}", message, version));
        }
        all[9].points.push_back(fmt::format("complete at {}", version));
    }
    return all;
}

const Entry& entry(std::string_view name) { return *std::ranges::find(entries(), name, &Entry::name); }

// libFuzzer's own mutation is not here.
size_t flip(uint8_t* data, size_t size, size_t) {
    if (size > 0) data[size / 2] ^= 0x40;
    return size;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(replay_suite)

BOOST_AUTO_TEST_CASE(the_seeds_of_every_target_reach_their_floor) {
    std::vector<Floor> all = floors();
    BOOST_TEST(all.size() == entries().size());
    for (const Floor& floor : all) {
        clear();
        std::vector<Bytes> seeds = inputs(fmt::format("seeds/{}", entry(floor.target).corpus()));
        BOOST_TEST(!seeds.empty(), floor.target);
        for (const Bytes& seed : seeds) entry(floor.target).run(seed);
        size_t count = features().size();
        BOOST_TEST(count >= floor.features, floor.target << ": " << count << " features");
        for (const std::string& point : floor.points)
            BOOST_TEST(points().contains(point), floor.target << ": " << point);
    }
}

BOOST_AUTO_TEST_CASE(the_same_input_covers_the_same_again) {
    for (const Entry& one : entries()) {
        for (const Bytes& seed : inputs(fmt::format("seeds/{}", one.corpus()))) {
            clear();
            one.run(seed);
            auto first = features();
            std::set<std::string> first_points(points().begin(), points().end());
            clear();
            one.run(seed);
            BOOST_TEST((features() == first), one.name);
            BOOST_TEST((points() == first_points), one.name);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_once_broke_does_not_break_again) {
    for (const Entry& one : entries()) {
        for (const Bytes& input : inputs(fmt::format("regression/{}", one.corpus()))) one.run(input);
    }
}

BOOST_AUTO_TEST_CASE(every_prefix_of_a_seed_is_an_input_too) {
    for (const Entry& one : entries()) {
        for (const Bytes& seed : inputs(fmt::format("seeds/{}", one.corpus()))) {
            for (size_t size : {size_t{0}, size_t{1}, size_t{2}, seed.size() / 2, seed.size() - 1}) {
                one.run(ByteView(seed).first(std::min(size, seed.size())));
            }
            break;
        }
    }
}

BOOST_AUTO_TEST_CASE(the_same_seed_mutates_the_same_way_and_within_bounds) {
    for (const Bytes& seed : inputs("seeds/responder_program")) {
        for (unsigned number = 0; number < 200; ++number) {
            Bytes one = seed, two = seed;
            one.resize(seed.size() + 64);
            two.resize(seed.size() + 64);
            size_t size = mutate_in_place(one.data(), seed.size(), one.size(), number, 1, flip);
            BOOST_REQUIRE(size <= one.size());
            BOOST_TEST(mutate_in_place(two.data(), seed.size(), two.size(), number, 1, flip) == size);
            one.resize(size);
            two.resize(size);
            BOOST_TEST((one == two));
            if (number % 10 == 0) responder_program(one);
        }
    }
}

BOOST_AUTO_TEST_CASE(programs_of_sessions_mutate_the_same_way_and_within_bounds) {
    for (const Bytes& seed : inputs("seeds/session_program")) {
        for (unsigned number = 0; number < 40; ++number) {
            Bytes one = seed, two = seed;
            one.resize(seed.size() + 64);
            two.resize(seed.size() + 64);
            size_t size = mutate_session_in_place(one.data(), seed.size(), one.size(), number, flip);
            BOOST_REQUIRE(size <= one.size());
            BOOST_TEST(mutate_session_in_place(two.data(), seed.size(), two.size(), number, flip) == size);
            one.resize(size);
            two.resize(size);
            BOOST_TEST((one == two));
            if (number % 20 == 0) session_program(one);
        }
    }
}

BOOST_AUTO_TEST_CASE(mutations_of_programs_of_transfers_are_programs_within_bounds) {
    for (const Bytes& seed : inputs("seeds/transfer_program")) {
        for (unsigned number = 0; number < 20; ++number) {
            Bytes one = seed;
            one.resize(seed.size() + 64);
            size_t size = mutate_transfer_in_place(one.data(), seed.size(), one.size(), number, flip);
            BOOST_REQUIRE(size <= one.size());
            one.resize(size);
            BOOST_TEST(parse_transfer_program(ByteView(one).subspan(kTransferPrefix)).size() <=
                       kMaxTransferSteps);
            transfer_program(one);
            Bytes crossed(100);
            BOOST_TEST(cross_transfers_into(seed, one, crossed, number) <= crossed.size());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_program_of_sessions_reads_back_as_it_was_written) {
    SessionStep step;
    step.kind = StepKind::key_update;
    step.seal = SealMode::broken;
    step.edit = EditMode::replaced;
    step.twice = step.misplaced = true;
    step.session = 3;
    step.seed = 0x1234;
    step.extra = {1, 2, 3};
    std::vector<SessionStep> again = parse_session_program(to_input(std::vector<SessionStep>{step, step}));
    BOOST_REQUIRE(again.size() == 2U);
    BOOST_TEST((again[1].kind == step.kind && again[1].seal == step.seal && again[1].edit == step.edit));
    BOOST_TEST((again[1].twice && again[1].misplaced && again[1].session == 3 && again[1].seed == 0x1234));
    BOOST_TEST((again[1].extra == step.extra));
}

BOOST_AUTO_TEST_CASE(two_programs_crossed_begin_like_the_first_and_end_like_the_second) {
    std::vector<Step> one = {{0, {1}}, {0, {2}}}, two = {{0, {3}}, {0, {4}}};
    for (unsigned seed = 0; seed < 50; ++seed) {
        Bytes out(64);
        size_t size =
            cross_into(concat({Bytes{7}, to_input(one)}), concat({Bytes{8}, to_input(two)}), out, seed, 1);
        BOOST_TEST(out[0] == 7);
        std::vector<Step> crossed = parse_program(ByteView(out).subspan(1, size - 1));
        BOOST_TEST(std::ranges::is_sorted(crossed, {}, [](const Step& step) { return step.message[0]; }));
        BOOST_TEST(cross_into(Bytes{7}, to_input(two), std::span(out).first(3), seed, 1) <= 3U);
    }
}

BOOST_AUTO_TEST_CASE(a_program_reads_back_as_it_was_written) {
    std::vector<Step> steps = {{1, {1, 2, 3}}, {0, {}}, {7, Bytes(300, 9)}};
    std::vector<Step> again = parse_program(to_input(steps));
    BOOST_REQUIRE(again.size() == steps.size());
    for (size_t i = 0; i < steps.size(); ++i) {
        BOOST_TEST(again[i].flags == steps[i].flags);
        BOOST_TEST((again[i].message == steps[i].message));
    }
    BOOST_TEST(parse_program(Bytes{1, 0xff, 0xff, 5}).at(0).message.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::fuzz
