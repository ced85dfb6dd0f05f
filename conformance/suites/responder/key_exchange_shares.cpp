// KEY_EXCHANGE: public values of Diffie-Hellman, good and bad.
#include <fmt/format.h>

#include <algorithm>

#include "conformance/suites/responder/handshake.h"
#include "stack/crypto/dhe.h"
#include "stack/spdm/algorithms.h"

namespace assay::cases {

namespace {

using crypto::DheGroup;
using wire::KeyExchange;
using wire::KeyExchangeResponse;

bool is_curve(DheGroup group) { return group >= DheGroup::secp256r1; }

// Makes bad values of a good one.
using MakeInvalid = std::function<Result<std::vector<Bytes>>(DheGroup group, const Bytes& good)>;

// The origin; a point beside the curve; coordinates that are no field elements; and a good point with a
// change in each coordinate.
Result<std::vector<Bytes>> bad_points(DheGroup, const Bytes& good) {
    auto half = static_cast<ptrdiff_t>(good.size() / 2);
    std::vector<Bytes> bad(6, good);
    bad[0].assign(good.size(), 0);
    bad[1].back() ^= 1;
    bad[2][static_cast<size_t>(half) - 1] ^= 1;
    std::fill(bad[3].begin(), bad[3].begin() + half, uint8_t{0xff});
    std::fill(bad[4].begin() + half, bad[4].end(), uint8_t{0xff});
    std::fill(bad[5].begin() + half, bad[5].end(), uint8_t{0});
    return bad;
}

// 0, 1, p - 1, p, p + 1 and the largest number of that size. A prime ends in 64 ones, so that p + 1 carries.
Result<std::vector<Bytes>> bad_numbers(DheGroup group, const Bytes& good) {
    const Bytes prime = TRY(lab::ours(crypto::field_prime(group)));
    std::vector<Bytes> bad(2, Bytes(good.size()));
    bad[1].back() = 1;
    bad.insert(bad.end(), 3, prime);
    bad[2].back() -= 1;
    for (auto byte = bad[4].rbegin(); byte != bad[4].rend() && ++*byte == 0;) ++byte;
    bad.emplace_back(good.size(), uint8_t{0xff});
    return bad;
}

// With a 0x04 in front, as other protocols write a point.
Result<std::vector<Bytes>> prefixed_points(DheGroup, const Bytes& good) {
    return std::vector<Bytes>{concat({Bytes{0x04}, good})};
}

// For each group of the kind that the device has. Afterwards a good value still makes a session.
CheckResult invalid_shares(CaseContext& test, bool curves, const MakeInvalid& make_invalid,
                           std::string_view requirement) {
    bool any = false;
    for (uint16_t bit = 1; bit != 0 && bit <= spdm::kAllDhe; bit = static_cast<uint16_t>(bit << 1)) {
        lab::Lab& lab = test.lab();
        lab::Offer offer = lab::session_offer();
        offer.dhe = bit;
        auto group = spdm::dhe_group(bit);
        if (!group || is_curve(*group) != curves) continue;
        if (!TRY(went_along(lab.negotiated_with_chain(test.version(), offer)))) continue;
        if (lab.seen().parameters().dhe != bit) continue;
        any = true;
        const Bytes good = TRY(lab.key_exchange()).exchange_data;
        for (const Bytes& bad : TRY(make_invalid(*group, good))) {
            // Each on a connection of its own: what a refusal leaves behind is another case's matter.
            TRY(lab.negotiated_with_chain(test.version(), offer));
            Exchange exchange =
                TRY(send_exchange(test, [&](KeyExchange& message) { message.exchange_data = bad; }));
            TRY(test.expect(exchange, bad_share(), requirement));
        }
        TRY(lab.negotiated_with_chain(test.version(), offer));
        uint32_t id = TRY(lab.new_session());
        TRY(expect_alive(test, id, requirement));
    }
    if (!any) return CaseContext::not_applicable("the device has no group of that kind");
    return {};
}

// The offer for many exchanges: of what is quick to compute, if the device takes that.
std::expected<lab::Offer, engine::Finding> quick_offer(CaseContext& test) {
    lab::Offer quick = lab::session_offer();
    quick.dhe = 0x08;  // secp256r1
    quick.base_asym = spdm::bit(crypto::SignAlgo::ecdsa_p256);
    bool taken = TRY(went_along(test.lab().negotiated_with_chain(test.version(), quick)));
    const spdm::Parameters& p = test.lab().seen().parameters();
    return taken && p.dhe != 0 && p.base_asym != 0 ? quick : lab::session_offer();
}

const Case kCases[] = {
    {
        .id = "kex/invalid-point",
        .title = "What is no point of the curve is refused",
        .requirements = {"SPDM-KEX-008"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            return invalid_shares(test, true, bad_points, "SPDM-KEX-008");
        },
    },
    {
        .id = "kex/invalid-number",
        .title = "A number that is not in 2 to p - 2 is refused",
        .requirements = {"SPDM-KEX-009"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            return invalid_shares(test, false, bad_numbers, "SPDM-KEX-009");
        },
    },
    {
        .id = "kex/point-prefix",
        .title = "A point with a 0x04 in front is refused",
        .requirements = {"SPDM-KEX-034"},
        .since = v1_1,
        .needs = kExchanges,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            return invalid_shares(test, true, prefixed_points, "SPDM-KEX-034");
        },
    },
    // Neither the public value nor RandomData comes twice, on one connection or on two.
    {
        .id = "kex/fresh",
        .title = "Each exchange has a key and RandomData of its own",
        .requirements = {"SPDM-KEX-027"},
        .since = v1_1,
        .needs = kExchanges,
        .run = [](CaseContext& test) -> CheckResult {
            std::vector<KeyExchangeResponse> all;
            for (int connection = 0; connection < 2; ++connection) {
                TRY(ready_to_exchange(test));
                for (int i = 0; i < 2; ++i) {
                    Exchange exchange = TRY(send_exchange(test));
                    if (i > 0 && exchange.error() == ErrorCode::session_limit_exceeded) break;
                    all.push_back(TRY(answer_to<KeyExchangeResponse>(test, exchange, "SPDM-KEX-027")));
                }
            }
            for (auto one = all.begin(); one != all.end(); ++one) {
                for (auto other = all.begin(); other != one; ++other) {
                    TRY(test.expect_that(one->exchange_data != other->exchange_data, "SPDM-KEX-027",
                                         "a Diffie-Hellman key for each exchange", "the same twice",
                                         "ExchangeData"));
                    TRY(test.expect_that(one->random_data != other->random_data, "SPDM-KEX-027",
                                         "RandomData for each exchange", "the same twice", "RandomData"));
                }
            }
            return {};
        },
    },
    // Exchanges until the shared secret begins with a zero byte. One in 256 does; how many are tried depends
    // on how long the device may take for each.
    {
        .id = "kex/leading-zeros",
        .title = "A shared secret keeps its leading zeros",
        .requirements = {"SPDM-KEX-033"},
        .since = v1_1,
        .needs = kExchanges,
        .run = [](CaseContext& test) -> CheckResult {
            constexpr uint64_t kPatience = 1'500'000;  // microseconds
            constexpr uint64_t kLeast = 16, kMost = 256;
            lab::Lab& lab = test.lab();
            const lab::Offer offer = TRY(quick_offer(test));
            uint64_t each = uint64_t{1}
                            << std::min<unsigned>(test.claims().parameters.responder_ct_exponent, 22);
            uint64_t tries = std::clamp(kPatience / each, kLeast, kMost);
            for (uint64_t i = 0; i < tries; ++i) {
                // The table of sessions is not to be filled.
                if (i % 2 == 0) TRY(ready_to_exchange(test, offer));
                Exchange exchange = TRY(send_exchange(test));
                if (exchange.error() == ErrorCode::session_limit_exceeded) {
                    TRY(ready_to_exchange(test, offer));
                    exchange = TRY(send_exchange(test));
                }
                TRY(test.expect_answer(exchange, "SPDM-KEX-033"));
                Bytes secret =
                    lab.secret(spdm::SessionKind::key_exchange, exchange.request, *exchange.response);
                if (secret.empty() || secret.front() != 0) continue;
                TRY(expect_macs(test, exchange, 1, "SPDM-KEX-033"));
                uint32_t id = TRY(begun(test, exchange, "SPDM-KEX-033"));
                TRY(lab.finish_session(id));
                return expect_alive(test, id, "SPDM-KEX-033");
            }
            return CaseContext::not_applicable(
                fmt::format("of {} shared secrets none begins with zeros", tries));
        },
    },
};

}  // namespace

void add_key_exchange_shares(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
