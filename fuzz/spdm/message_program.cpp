#include "fuzz/spdm/message_program.h"

#include <algorithm>

#include "fuzz/spdm/targets.h"
#include "stack/base/writer.h"
#include "stack/wire/encode.h"
#include "stack/wire/header.h"
#include "stack/wire/messages/algorithms.h"
#include "stack/wire/messages/capabilities.h"
#include "stack/wire/messages/certificate.h"
#include "stack/wire/messages/challenge.h"
#include "stack/wire/messages/digests.h"
#include "stack/wire/messages/error.h"
#include "stack/wire/messages/measurements.h"
#include "stack/wire/messages/vendor_defined.h"
#include "stack/wire/messages/version.h"
#include "stack/wire/registry.h"
#include "stack/wire/variants.h"

namespace assay::fuzz {

namespace {

using namespace wire;

constexpr size_t kStepHeader = 3;

template <class M>
Bytes make(M message, Version version) {
    message.spdm_version = M::kCode == code::get_version ? byte(Version::v1_0) : byte(version);
    return encode_raw(message, {.version = version});
}

uint8_t pick(Random& random, std::initializer_list<uint8_t> values) {
    return *(values.begin() + random.below(values.size()));
}

GetCapabilities capabilities(Random& random) {
    GetCapabilities message;
    message.ct_exponent = pick(random, {0, 14, 31});
    if (random.below(4) == 0) message.flags = static_cast<uint32_t>(random.next_u64());
    message.data_transfer_size = message.max_spdm_msg_size =
        random.below(2) == 0 ? 4608 : static_cast<uint32_t>(42 + random.below(400));
    return message;
}

NegotiateAlgorithms algorithms(Random& random, Version version) {
    NegotiateAlgorithms message;
    message.measurement_specification = pick(random, {0, 1, 1, 1});
    if (version >= Version::v1_2) message.other_params_support = pick(random, {0, 1, 2, 2});
    message.base_asym_algo = random.below(2) == 0 ? 0x90 : 1U << random.below(12);
    message.base_hash_algo = random.below(2) == 0 ? 0x03 : 1U << random.below(7);
    return message;
}

// The version of the step at `end`, as far as the requests before it say.
Version version_before(const std::vector<Step>& steps, size_t end) {
    while (end-- > 0) {
        const Step* step = &steps[end];
        bool chooses = step->message.size() > 1 && wire::code_of(step->message) == code::get_capabilities;
        if (chooses) return version_from_byte(wire::version_byte(step->message)).value_or(Version::v1_0);
    }
    return Version::v1_0;
}

// Sizes as with ECDSA P-256 and SHA-256, which only decide where fields lie.
Context context_of(const std::vector<Step>& steps, size_t at) {
    Context context{.version = version_before(steps, at), .hash_size = 32, .signature_size = 64};
    context.requester_signature_size = context.exchange_size = 64;
    const Bytes& message = steps[at].message;
    if (message.size() > 1 && wire::code_of(message) == code::get_version) context.version = Version::v1_0;
    if (message.size() > 1 && wire::code_of(message) == code::get_capabilities)
        context.version = version_from_byte(wire::version_byte(message)).value_or(context.version);
    return context;
}

Bytes to_input_within(std::vector<Step> steps, size_t max_size) {
    if (steps.size() > kMaxSteps) steps.resize(kMaxSteps);
    Bytes output = to_input(steps);
    while (output.size() > max_size) {
        steps.pop_back();
        output = to_input(steps);
    }
    return output;
}

// Any request there is, also those whose capability nobody has.
Bytes any_request(Random& random, Version version) {
    std::span<const MessageInfo> all = messages();
    size_t at = random.below(all.size());
    while (!is_request(all[at].code)) at = (at + 1) % all.size();
    Bytes message = encode_any_raw(*all[at].make(), {.version = version});
    message[wire::kVersionAt] = byte(version);
    return message;
}

}  // namespace

void repair(Step& step, const lab::Observer& observer, uint8_t token) {
    Bytes& message = step.message;
    if (message.size() < 4) return;
    bool own_version =
        wire::code_of(message) == code::get_version || wire::code_of(message) == code::get_capabilities;
    bool agreed = observer.state() >= spdm::ConnectionState::after_capabilities;
    if ((step.flags & kFixVersion) != 0 && !own_version && agreed)
        message[wire::kVersionAt] = byte(observer.parameters().version);
    if ((step.flags & kFixToken) != 0 && wire::code_of(message) == code::respond_if_ready &&
        observer.deferred() != nullptr) {
        message[wire::kParam1At] = byte(wire::code_of(*observer.deferred()));
        message[wire::kParam2At] = token;
    }
}

std::vector<Step> parse_program(ByteView input) {
    std::vector<Step> steps;
    while (input.size() >= kStepHeader && steps.size() < kMaxSteps) {
        size_t size = static_cast<size_t>(input[1] | input[2] << 8);
        size = std::min({size, input.size() - kStepHeader, kMaxStep});
        steps.push_back({input[0], to_bytes(input.subspan(kStepHeader, size))});
        input = input.subspan(kStepHeader + size);
    }
    return steps;
}

Bytes to_input(const std::vector<Step>& steps) {
    Writer out;
    for (const Step& step : steps) {
        out.u8(step.flags).u16(static_cast<uint16_t>(step.message.size())).bytes(step.message);
    }
    return std::move(out).take();
}

Bytes good_request(Random& random, Version version) {
    switch (random.below(10)) {
        case 0: return make(GetVersion{}, version);
        case 1: return make(capabilities(random), version);
        case 2: return make(algorithms(random, version), version);
        case 3: return make(GetDigests{}, version);
        case 4:
            return make(GetCertificate{.slot_id = pick(random, {0, 0, 1, 5}),
                                       .param2 = pick(random, {0, 0, 1}),
                                       .offset = static_cast<uint16_t>(random.below(3) * 500),
                                       .length = static_cast<uint16_t>(random.below(3) * 600)},
                        version);
        case 5:
        case 6: {
            Challenge message{.slot_id = pick(random, {0, 0, 1, 5}),
                              .measurement_summary_hash_type = pick(random, {0, 1, 0xff})};
            random.fill(message.nonce);
            return make(message, version);
        }
        case 7:
        case 8: {
            GetMeasurements message{.attributes = pick(random, {0, 1, 1, 2, 3}),
                                    .operation = pick(random, {0, 1, 2, 0xff, 0xff})};
            random.fill(message.nonce);
            message.slot_id_param = pick(random, {0, 0, 1});
            return make(message, version);
        }
        default: {
            if (random.below(3) == 0) return make(RespondIfReady{}, version);
            if (random.below(2) == 0) return any_request(random, version);
            VendorDefinedRequest message;
            message.standard_id = 3;
            message.vendor_id = {1, 0};
            message.payload = random.bytes(random.below(8));
            return make(message, version);
        }
    }
}

void mutate_field(Bytes& message, Random& random, const Context& context) {
    std::vector<Span> spans = annotate(message, context).spans;
    if (spans.empty()) return;
    const Span& span = spans[random.below(spans.size())];
    if (random.below(4) == 0) return message.resize(random.below(2) == 0 ? span.offset : span.end());
    if (random.below(16) == 0) return message.push_back(static_cast<uint8_t>(random.next_u64()));
    if (span.size == 0) return;
    if (!span.number || span.size > 8) {
        message[span.offset + random.below(span.size)] ^= static_cast<uint8_t>(1U << random.below(8));
        return;
    }
    uint64_t most = span.size == 8 ? UINT64_MAX : (uint64_t{1} << (8 * span.size)) - 1;
    uint64_t values[] = {0,
                         most,
                         span.value + 1,
                         span.value - 1,
                         span.value ^ (uint64_t{1} << random.below(8 * span.size)),
                         span.value | reserved_bits(span.field, span.size, context.version),
                         random.next_u64()};
    uint64_t value = values[random.below(std::size(values))];
    if (!span.field.names.empty() && random.below(2) == 0)
        value = span.field.names[random.below(span.field.names.size())].value;
    set_number(message, span, value);
}

Bytes mutate_program(ByteView input, size_t max_size, Random& random, MutateBytes mutate_bytes) {
    std::vector<Step> steps = parse_program(input);
    size_t at = steps.empty() ? 0 : random.below(steps.size());
    auto position = steps.begin() + static_cast<ptrdiff_t>(at);
    uint64_t choice = steps.empty() ? 0 : random.below(10);
    if (choice <= 1) {
        size_t where = random.below(steps.size() + 1);
        Version version =
            random.below(8) == 0 ? kVersions[random.below(kVersions.size())] : version_before(steps, where);
        Step step{static_cast<uint8_t>(kFixVersion | kFixToken), good_request(random, version)};
        steps.insert(steps.begin() + static_cast<ptrdiff_t>(where), std::move(step));
    } else if (choice == 2) {
        steps.erase(position);
    } else if (choice == 3) {
        steps.insert(position, Step(*position));
    } else if (choice == 4) {
        std::swap(*position, steps[random.below(steps.size())]);
    } else if (choice == 5) {
        position->flags = static_cast<uint8_t>(position->flags ^ (1U << random.below(8)));
    } else if (choice <= 8) {
        mutate_field(position->message, random, context_of(steps, at));
    } else {
        Bytes& message = position->message;
        size_t size = message.size();
        message.resize(kMaxStep);
        message.resize(mutate_bytes(message.data(), size, kMaxStep));
    }
    return to_input_within(std::move(steps), max_size);
}

Bytes cross_programs(ByteView first, ByteView second, size_t max_size, Random& random) {
    std::vector<Step> steps = parse_program(first), others = parse_program(second);
    steps.resize(random.below(steps.size() + 1));
    auto from = others.begin() + static_cast<ptrdiff_t>(random.below(others.size() + 1));
    steps.insert(steps.end(), from, others.end());
    return to_input_within(std::move(steps), max_size);
}

size_t mutate_in_place(uint8_t* data, size_t size, size_t max_size, unsigned seed, size_t prefix,
                       MutateBytes mutate_bytes) {
    if (size < prefix || max_size <= prefix) return mutate_bytes(data, size, max_size);
    SeededRandom random(seed);
    if (prefix > 0 && random.below(16) == 0)
        data[random.below(prefix)] = static_cast<uint8_t>(random.next_u64());
    Bytes program = mutate_program({data + prefix, size - prefix}, max_size - prefix, random, mutate_bytes);
    std::ranges::copy(program, data + prefix);
    return prefix + program.size();
}

size_t cross_into(ByteView first, ByteView second, std::span<uint8_t> out, unsigned seed, size_t prefix) {
    if (std::min({first.size(), second.size(), out.size()}) < prefix) return 0;
    SeededRandom random(seed);
    Bytes program =
        cross_programs(first.subspan(prefix), second.subspan(prefix), out.size() - prefix, random);
    std::ranges::copy(first.first(prefix), out.begin());
    std::ranges::copy(program, out.begin() + static_cast<ptrdiff_t>(prefix));
    return prefix + program.size();
}

namespace {

template <size_t kPrefix>
constexpr Mutator kMessageMutator{
    [](uint8_t* data, size_t size, size_t max_size, unsigned seed, MutateBytes mutate_bytes) {
        return mutate_in_place(data, size, max_size, seed, kPrefix, mutate_bytes);
    },
    [](ByteView first, ByteView second, std::span<uint8_t> out, unsigned seed) {
        return cross_into(first, second, out, seed, kPrefix);
    }};

}  // namespace

const Mutator kMessageMutator1 = kMessageMutator<1>;
const Mutator kMessageMutator4 = kMessageMutator<4>;

}  // namespace assay::fuzz
