// Every seed and every regression runs clean, and the seeds still get to where they are meant to.
#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "fuzz/common/coverage.h"
#include "fuzz/entries.h"
#include "fuzz/inputs.h"
#include "fuzz/spdm/message_program.h"
#include "fuzz/spdm/session_steps.h"
#include "fuzz/spdm/targets.h"
#include "fuzz/transfer/steps.h"
#include "fuzz/transfer/targets.h"

namespace assay::fuzz {

namespace {

std::vector<Bytes> inputs(const std::string& folder) {
    return read_inputs(std::filesystem::path("corpora") / folder);
}

// A point of table.json: {a,b} stands for each of those, so that one line names many.
std::vector<std::string> points_of(const std::string& pattern) {
    const size_t from = pattern.find('{'), to = pattern.find('}', from);
    if (to == std::string::npos) return {pattern};
    std::vector<std::string> all;
    std::istringstream choices(pattern.substr(from + 1, to - from - 1));
    for (std::string choice; std::getline(choices, choice, ',');) {
        auto some = points_of(pattern.substr(0, from) + choice + pattern.substr(to + 1));
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

// The rows of the table by the corpus of an entry.
std::map<std::string, nlohmann::json> table() {
    std::ifstream file("fuzz/targets/table.json");
    std::map<std::string, nlohmann::json> rows;
    for (const nlohmann::json& row : nlohmann::json::parse(file).at("targets")) rows[row.at("name")] = row;
    return rows;
}

// libFuzzer's own mutation is not here.
size_t flip(uint8_t* data, size_t size, size_t) {
    if (size > 0) data[size / 2] ^= 0x40;
    return size;
}

// What one run of an input covers: features by their counters, points by name.
std::pair<std::vector<uint32_t>, std::set<std::string>> covered(const Entry& target, ByteView input) {
    clear();
    target.run(input);
    return {features(), points()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(replay_suite)

BOOST_AUTO_TEST_CASE(the_seeds_of_every_target_reach_their_floor_and_the_same_again) {
    const std::map<std::string, nlohmann::json> rows = table();
    for (const Entry& one : entries()) {
        const nlohmann::json& row = rows.at(std::string(one.corpus));
        std::set<uint32_t> all_features;
        std::set<std::string> all_points;
        const std::vector<Bytes> seeds = inputs(fmt::format("seeds/{}", one.corpus));
        BOOST_TEST(!seeds.empty(), one.name);
        for (const Bytes& seed : seeds) {
            const auto [first_features, first_points] = covered(one, seed);
            const auto [again_features, again_points] = covered(one, seed);
            BOOST_TEST((again_features == first_features), one.name);
            BOOST_TEST((again_points == first_points), one.name);
            all_features.insert(first_features.begin(), first_features.end());
            all_points.insert(first_points.begin(), first_points.end());
        }
        BOOST_TEST(all_features.size() >= row.at("counters"),
                   one.name << ": " << all_features.size() << " counters");
        for (const std::string pattern : row.at("points")) {
            for (const std::string& point : points_of(pattern))
                BOOST_TEST(all_points.contains(point), one.name << ": " << point);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_once_broke_does_not_break_again) {
    for (const Entry& one : entries()) {
        for (const Bytes& input : inputs(fmt::format("regression/{}", one.corpus))) one.run(input);
    }
}

BOOST_AUTO_TEST_CASE(every_prefix_of_a_seed_is_an_input_too) {
    for (const Entry& one : entries()) {
        for (const Bytes& seed : inputs(fmt::format("seeds/{}", one.corpus))) {
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
