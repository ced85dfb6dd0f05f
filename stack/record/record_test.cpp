// What must hold for all records.
#include "stack/record/record.h"

#include <boost/test/unit_test.hpp>

#include "stack/wire/decode.h"
#include "stack/wire/encode.h"
#include "stack/wire/messages/secured_message.h"

namespace assay::record {

namespace {

using crypto::AeadAlgo;
using crypto::kAeadTagSize;

constexpr uint32_t kSession = 0xfffeffff;
const crypto::Provider* const kProviders[] = {&crypto::openssl_provider(), &crypto::fast_provider()};
constexpr AeadAlgo kAlgos[] = {AeadAlgo::aes_128_gcm, AeadAlgo::aes_256_gcm, AeadAlgo::chacha20_poly1305};
const Transport* const kTransports[] = {&mctp(), &doe(), &tcp(), &none()};
const Bytes kMessage = {0x12, 0xe8, 0x00, 0x00};

TrafficKey key_of(const crypto::Provider& provider, AeadAlgo algo, uint64_t seed = 1) {
    SeededRandom random(seed);
    const Bytes key = random.bytes(crypto::key_size(algo));
    return TrafficKey::make(provider, algo, key, random.bytes(crypto::kAeadIvSize)).value();
}

TrafficKey a_key() { return key_of(crypto::openssl_provider(), AeadAlgo::aes_256_gcm); }

SealOptions numbered(uint64_t sequence, Protection protection = Protection::encrypt,
                     NonceOrder order = NonceOrder::little) {
    return {.session_id = kSession, .sequence = sequence, .protection = protection, .order = order};
}

Parsed parsed(ByteView record, const Transport& transport) { return parse(record, transport).value(); }

// The application data of a record that must open.
std::string opened(const TrafficKey& key, const SealOptions& options, const Transport& transport,
                   ByteView record) {
    auto plaintext = key.open(options, parsed(record, transport));
    if (!plaintext) return plaintext.error().text();
    auto inside = application_data(options.protection, *plaintext);
    return inside ? to_hex(*inside) : inside.error().text();
}

Bytes flipped(ByteView bytes, size_t bit) {
    Bytes changed = to_bytes(bytes);
    changed.at(bit / 8) = static_cast<uint8_t>(changed.at(bit / 8) ^ (1U << (bit % 8)));
    return changed;
}

// Runs `test` with a key of each kind and options of each kind.
template <class F>
void for_each_kind(F&& test) {
    for (const crypto::Provider* provider : kProviders) {
        for (AeadAlgo algo : kAlgos) {
            const TrafficKey key = key_of(*provider, algo);
            for (Protection protection : {Protection::encrypt, Protection::mac_only}) {
                for (NonceOrder order : {NonceOrder::little, NonceOrder::big}) {
                    BOOST_TEST_CONTEXT(crypto::name(algo)
                                       << (provider == &crypto::fast_provider() ? ", fast" : ", OpenSSL")
                                       << (protection == Protection::encrypt ? ", encrypted" : ", MAC only")
                                       << (order == NonceOrder::little ? ", little" : ", big")) {
                        test(key, protection, order);
                    }
                }
            }
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(records)

// Whoever has the key can seal any plaintext, so the tag does not make the inner length true.
BOOST_AUTO_TEST_CASE(an_application_data_length_that_is_too_large_is_refused_behind_a_good_tag) {
    const TrafficKey key = a_key();
    for (unsigned length : {3U, 0x100U, 0xffffU}) {
        Bytes plaintext = {static_cast<uint8_t>(length), static_cast<uint8_t>(length >> 8), 0xaa, 0xbb};
        const Bytes record = key.seal_raw(numbered(1), doe(), plaintext).value();
        auto raw = key.open(numbered(1), parsed(record, doe()));
        BOOST_REQUIRE(raw);
        BOOST_TEST(equal(*raw, plaintext));
        auto inside = application_data(Protection::encrypt, *raw);
        BOOST_TEST((!inside && inside.error().code == Errc::out_of_range));
    }
    for (const Bytes& plaintext : {Bytes{}, Bytes{0x00}}) {
        const Bytes record = key.seal_raw(numbered(1), doe(), plaintext).value();
        auto raw = key.open(numbered(1), parsed(record, doe()));
        BOOST_REQUIRE(raw);
        auto inside = application_data(Protection::encrypt, *raw);
        BOOST_TEST((!inside && inside.error().code == Errc::truncated));
    }
    BOOST_TEST(application_data(Protection::encrypt, Bytes{0x00, 0x00, 0xaa}).value().empty());
    BOOST_TEST(application_data(Protection::mac_only, Bytes{0xff}).value().size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_sealed_is_opened_over_every_transport) {
    for_each_kind([](const TrafficKey& key, Protection protection, NonceOrder order) {
        for (const Transport* transport : kTransports) {
            for (uint64_t sequence : {uint64_t{0}, uint64_t{1}, uint64_t{0x10000}, kMaxSequence - 1}) {
                const SealOptions options = numbered(sequence, protection, order);
                for (size_t size : {0U, 1U, 16U, 300U}) {
                    const Bytes data = SeededRandom(size).bytes(size);
                    const Bytes record = key.seal(options, *transport, data).value();
                    const Parsed taken = parsed(record, *transport);
                    BOOST_TEST(taken.complete);
                    BOOST_TEST(taken.session_id == kSession);
                    BOOST_TEST(taken.sequence == (transport == &mctp() ? sequence & 0xffff : 0));
                    BOOST_TEST(taken.length == taken.body.size());
                    BOOST_TEST(equal(concat({taken.header, taken.body}), record));
                    BOOST_TEST(opened(key, options, *transport, record) == to_hex(data));
                }
            }
        }
    });
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_of_a_record_is_refused) {
    for_each_kind([](const TrafficKey& key, Protection protection, NonceOrder order) {
        for (const Transport* transport : {&mctp(), &doe()}) {
            const SealOptions options = numbered(0x12345, protection, order);
            const Bytes record = key.seal(options, *transport, kMessage).value();
            BOOST_TEST(opened(key, options, *transport, record) == to_hex(kMessage));
            for (size_t bit = 0; bit < 8 * record.size(); ++bit) {
                BOOST_REQUIRE(!key.open(options, parsed(flipped(record, bit), *transport)));
            }
        }
    });
}

BOOST_AUTO_TEST_CASE(a_record_opens_only_as_what_it_was_sealed_as) {
    for_each_kind([](const TrafficKey& key, Protection protection, NonceOrder order) {
        const SealOptions options = numbered(1, protection, order);
        const Bytes record = key.seal(options, doe(), kMessage).value();
        auto opens = [&](const SealOptions& other) {
            return key.open(other, parsed(record, doe())).has_value();
        };
        BOOST_TEST(opens(options));
        for (unsigned bit = 0; bit < 64; ++bit) {
            SealOptions other = options;
            other.sequence ^= uint64_t{1} << bit;
            BOOST_TEST(!opens(other));
        }
        const bool encrypted = protection == Protection::encrypt;
        const bool little = order == NonceOrder::little;
        BOOST_TEST(!opens(numbered(1, encrypted ? Protection::mac_only : Protection::encrypt, order)));
        BOOST_TEST(!opens(numbered(1, protection, little ? NonceOrder::big : NonceOrder::little)));
        const TrafficKey other = key_of(crypto::openssl_provider(), AeadAlgo::aes_128_gcm, 2);
        BOOST_TEST(!other.open(options, parsed(record, doe())));
    });
}

BOOST_AUTO_TEST_CASE(the_number_0_is_the_same_in_both_orders) {
    const TrafficKey key = a_key();
    const Bytes record = key.seal(numbered(0, Protection::encrypt, NonceOrder::big), doe(), kMessage).value();
    BOOST_TEST(opened(key, numbered(0), doe(), record) == to_hex(kMessage));
}

BOOST_AUTO_TEST_CASE(random_bytes_are_counted_and_not_taken_for_data) {
    const TrafficKey key = a_key();
    for (size_t size = 0; size <= mctp().max_random; ++size) {
        const Bytes random = SeededRandom(size).bytes(size);
        const Bytes record = key.seal(numbered(5), mctp(), kMessage, random).value();
        BOOST_TEST(parsed(record, mctp()).length == 2 + kMessage.size() + size + kAeadTagSize);
        BOOST_TEST(opened(key, numbered(5), mctp(), record) == to_hex(kMessage));
        auto plaintext = key.open(numbered(5), parsed(record, mctp()));
        BOOST_REQUIRE(plaintext);
        BOOST_TEST(equal(ByteView(*plaintext).last(size), random));
    }
    const SealOptions clear = numbered(5, Protection::mac_only);
    BOOST_TEST(equal(key.seal(clear, mctp(), kMessage, Bytes(8)).value(),
                     key.seal(clear, mctp(), kMessage).value()));
}

BOOST_AUTO_TEST_CASE(application_data_that_is_only_authenticated_stands_in_the_record) {
    const Bytes record = a_key().seal(numbered(1, Protection::mac_only), mctp(), kMessage).value();
    BOOST_TEST(to_hex(record).starts_with("fffffeff0100140012e80000"));
    BOOST_TEST(record.size() == 4 + 2 + 2 + 4 + kAeadTagSize);
}

BOOST_AUTO_TEST_CASE(raw_plaintext_is_that_of_an_ordinary_record) {
    for_each_kind([](const TrafficKey& key, Protection protection, NonceOrder order) {
        const SealOptions options = numbered(9, protection, order);
        const Bytes inner = protection == Protection::encrypt ? Bytes{4, 0} : Bytes{};
        BOOST_TEST(equal(key.seal(options, tcp(), kMessage).value(),
                         key.seal_raw(options, tcp(), concat({inner, kMessage})).value()));
    });
}

BOOST_AUTO_TEST_CASE(more_than_length_can_count_is_not_sealed) {
    const TrafficKey key = a_key();
    const Bytes data(0x20000);
    auto seals = [&](Protection protection, size_t size, size_t random) {
        const ByteView all = data;
        auto sealed = key.seal(numbered(1, protection), doe(), all.first(size), all.first(random));
        BOOST_TEST((sealed || sealed.error().code == Errc::out_of_range));
        if (sealed) BOOST_TEST(opened(key, numbered(1, protection), doe(), *sealed).size() == 2 * size);
        return sealed.has_value();
    };
    BOOST_TEST(seals(Protection::encrypt, 0xffff - 18, 0));
    BOOST_TEST(!seals(Protection::encrypt, 0xffff - 17, 0));
    BOOST_TEST(!seals(Protection::encrypt, 0xffff - 18, 1));
    BOOST_TEST(!seals(Protection::encrypt, 0x10000, 0));
    BOOST_TEST(seals(Protection::mac_only, 0xffff - 16, 0));
    BOOST_TEST(!seals(Protection::mac_only, 0xffff - 15, 0));
    BOOST_TEST(!seals(Protection::mac_only, 0x10000, 0));
}

BOOST_AUTO_TEST_CASE(every_truncation_is_incomplete_and_does_not_open) {
    for_each_kind([](const TrafficKey& key, Protection protection, NonceOrder order) {
        const SealOptions options = numbered(1, protection, order);
        for (const Transport* transport : kTransports) {
            const Bytes record = key.seal(options, *transport, kMessage).value();
            const size_t header = 6U + transport->sequence_size;
            for (size_t size = 0; size < record.size(); ++size) {
                auto taken = parse(ByteView(record).first(size), *transport);
                BOOST_TEST(taken.has_value() == (size >= header));
                if (!taken) {
                    BOOST_TEST((taken.error().code == Errc::truncated));
                    continue;
                }
                BOOST_TEST(!taken->complete);
                BOOST_TEST(taken->body.size() == size - header);
                auto plaintext = key.open(options, *taken);
                BOOST_REQUIRE(!plaintext);
                const bool fits = taken->body.size() >= kAeadTagSize;
                BOOST_TEST((plaintext.error().code == (fits ? Errc::bad_signature : Errc::truncated)));
            }
        }
    });
}

BOOST_AUTO_TEST_CASE(a_length_that_lies_is_seen) {
    for_each_kind([](const TrafficKey& key, Protection protection, NonceOrder order) {
        const SealOptions options = numbered(1, protection, order);
        const Bytes record = key.seal(options, doe(), kMessage).value();
        const size_t right = record.size() - 6;
        for (size_t length : {size_t{0}, size_t{15}, size_t{16}, right - 1, right + 1, size_t{0xffff}}) {
            Bytes edited = record;
            edited[4] = static_cast<uint8_t>(length);
            edited[5] = static_cast<uint8_t>(length >> 8);
            const Parsed taken = parsed(edited, doe());
            BOOST_TEST(taken.length == length);
            BOOST_TEST(taken.body.size() == std::min(length, right));
            BOOST_TEST(taken.complete == (length >= 16 && length <= right));
            auto plaintext = key.open(options, taken);
            BOOST_REQUIRE(!plaintext);
            BOOST_TEST((plaintext.error().code == (length < 16 ? Errc::truncated : Errc::bad_signature)));
            BOOST_TEST(key.open_unverified(options, taken).size() ==
                       std::max(taken.body.size(), size_t{16}) - 16);
        }
    });
}

// A data object of PCIe DOE is padded.
BOOST_AUTO_TEST_CASE(bytes_behind_a_record_are_left_alone) {
    const TrafficKey key = a_key();
    const Bytes record = key.seal(numbered(1), doe(), kMessage).value();
    const Bytes padded = concat({record, Bytes{1, 2, 3}});
    BOOST_TEST(parsed(padded, doe()).complete);
    BOOST_TEST(opened(key, numbered(1), doe(), padded) == to_hex(kMessage));
}

BOOST_AUTO_TEST_CASE(without_the_tag_a_record_is_read_all_the_same) {
    for_each_kind([](const TrafficKey& key, Protection protection, NonceOrder order) {
        const SealOptions options = numbered(0x12345, protection, order);
        const Bytes data = SeededRandom(1).bytes(100);
        const Bytes record = key.seal(options, mctp(), data).value();
        auto plaintext = key.open(options, parsed(record, mctp()));
        BOOST_REQUIRE(plaintext);
        for (const Bytes& one : {record, flipped(record, 8 * record.size() - 1)}) {
            BOOST_TEST(equal(key.open_unverified(options, parsed(one, mctp())), *plaintext));
        }
    });
}

BOOST_AUTO_TEST_CASE(keys_and_ivs_of_other_sizes_are_refused) {
    for (const crypto::Provider* provider : kProviders) {
        for (AeadAlgo algo : kAlgos) {
            const size_t size = crypto::key_size(algo);
            for (auto [key, iv] : {std::pair{size - 1, size_t{12}},
                                   {size, size_t{11}},
                                   {size, size_t{13}},
                                   {size_t{0}, size_t{12}},
                                   {size, size_t{0}}}) {
                auto made = TrafficKey::make(*provider, algo, Bytes(key), Bytes(iv));
                BOOST_TEST((!made && made.error().code == Errc::bad_key));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(transports)

BOOST_AUTO_TEST_CASE(an_spdm_message_becomes_application_data_and_again_a_message) {
    struct Row {
        const Transport& transport;
        std::string_view data;
    };
    for (const Row& row : {Row{mctp(), "0512e80000"}, Row{doe(), "12e80000"}, Row{none(), "12e80000"},
                           Row{tcp(), "0600010512e80000"}}) {
        const Bytes data = to_application(row.transport, kMessage);
        BOOST_TEST(to_hex(data) == row.data);
        auto message = from_application(row.transport, data);
        BOOST_REQUIRE(message);
        BOOST_TEST(equal(*message, kMessage));
    }
}

BOOST_AUTO_TEST_CASE(other_application_data_is_no_spdm_message) {
    auto is_message = [](const Transport& transport, std::string_view data) {
        return from_application(transport, from_hex(data).value()).has_value();
    };
    for (std::string_view other : {"", "01", "0100", "0612e80000", "8512e80000", "12e80000"}) {
        BOOST_TEST(!is_message(mctp(), other), other);
    }
    for (std::string_view other : {"", "06", "0600", "060001", "0500010512e80000", "0700010512e80000",
                                   "0400010512e80000", "0600020512e80000", "0600010612e80000", "12e80000"}) {
        BOOST_TEST(!is_message(tcp(), other), other);
    }
    // Nothing distinguishes them here.
    BOOST_TEST(is_message(doe(), "0612e80000"));
    BOOST_TEST(is_message(none(), ""));
}

// The bytes that record.cpp makes against the independent description in stack/wire.
BOOST_AUTO_TEST_CASE(the_description_of_a_secured_message_fits_every_record) {
    for_each_kind([](const TrafficKey& key, Protection protection, NonceOrder order) {
        for (const Transport* transport : kTransports) {
            const SealOptions options = numbered(0x12345, protection, order);
            const Bytes record = key.seal(options, *transport, kMessage).value();
            const Parsed taken = parsed(record, *transport);
            const wire::Context context{.version = wire::Version::v1_2,
                                        .sequence_size = transport->sequence_size};
            auto described = wire::decode_exact<wire::SecuredMessage>(record, context);
            BOOST_REQUIRE(described);
            BOOST_TEST(described->session_id == kSession);
            BOOST_TEST(to_hex(described->sequence_number) == (transport == &mctp() ? "4523" : ""));
            BOOST_TEST(equal(concat({described->payload, described->mac}), taken.body));
            auto again = wire::encode(*described, context);
            BOOST_REQUIRE(again);
            BOOST_TEST(equal(*again, record));
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace assay::record
