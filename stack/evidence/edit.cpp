#include "stack/evidence/edit.h"

#include <fmt/format.h>

#include "stack/evidence/edit_bytes.h"
#include "stack/evidence/edit_value.h"
#include "stack/evidence/path.h"
#include "stack/evidence/place_of.h"

namespace assay::evidence {

namespace {

std::unexpected<Error> wrong(std::string detail) {
    return fail(Errc::bad_text, "step", Error::npos, std::move(detail));
}

// What is there only while evidence is made; what is not there is null.
class Later final : public Place {
   public:
    Later(std::vector<OcspForm>* responses, Json* evidence, Json* context)
        : responses_(responses), evidence_(evidence), context_(context) {}
    Json get() const override { return nullptr; }
    Result<> set(const Json& /*value*/) override { return wrong("a whole machine cannot be set"); }
    std::unique_ptr<Place> member(std::string_view name) override {
        if (name == "responses" && responses_ != nullptr) return place_of(*responses_);
        if (name == "evidence" && evidence_ != nullptr) return place_of(*evidence_);
        if (name == "context" && context_ != nullptr) return place_of(*context_);
        return nullptr;
    }

   private:
    std::vector<OcspForm>* responses_;
    Json* evidence_;
    Json* context_;
};

using Failure = std::shared_ptr<std::optional<Error>>;

// Does what may fail, or be asked for what is not in the step, and keeps the first error.
template <class F>
void note(const Failure& failure, const F& what) {
    try {
        const Result<> done = what();
        if (!done && !*failure) *failure = done.error();
    } catch (const Json::exception& error) {
        if (!*failure) *failure = Error{Errc::bad_text, "step", Error::npos, error.what()};
    }
}

// Calls `next` after what the hook already does.
template <class... A>
void then(std::function<void(A...)>& hook, std::function<void(A...)> next) {
    hook = [before = std::move(hook), next = std::move(next)](A... arguments) {
        if (before) before(arguments...);
        next(arguments...);
    };
}

Result<> add(Place& place, const Json& by) {
    const Json now = place.get();
    if (!now.is_number_integer() || !by.is_number_integer()) return wrong("add is for whole numbers");
    // Of a number of 64 bits that is too large for a signed one the sum is right all the same.
    const uint64_t sum = now.get<uint64_t>() + static_cast<uint64_t>(by.get<int64_t>());
    const bool negative = by.get<int64_t>() < 0 && sum > now.get<uint64_t>();
    return negative ? place.set(static_cast<int64_t>(sum)) : place.set(sum);
}

Result<> erase(Place& root, const Path& path, Place& place) {
    const PathStep& last = path.back();
    if (path.size() == 1) return place.set(nullptr);
    const auto from = TRY(find_place(root, path, path.size() - 1));
    if (!last.is_member()) return from->erase_element(TRY(index_in(*from, last)));
    if (const Result<> done = from->erase_member(last.name)) return done;
    return place.set(nullptr);
}

Result<> insert(Place& root, const Path& path, const Json& value, uint64_t times) {
    constexpr uint64_t kMostTimes = 1000;
    if (path.size() < 2 || path.back().is_member()) return wrong("insert is for elements of a list");
    if (times > kMostTimes) return wrong(fmt::format("at most {} times", kMostTimes));
    const auto list = TRY(find_place(root, path, path.size() - 1));
    for (uint64_t i = 0; i < times; ++i) TRY(list->insert(TRY(index_in(*list, path.back())), value));
    return {};
}

Result<> swap(Place& root, Place& one, const Json& step) {
    const auto other = TRY(find_place(root, TRY(parse_path(step.value("with", "")))));
    const Json was = one.get();
    TRY(one.set(other->get()));
    return other->set(was);
}

Result<> recount(Place& place) {
    auto* report = place.as<ReportForm>();
    OpaqueForm* counts = report == nullptr ? nullptr : report->field(opaque::counts);
    if (counts == nullptr) return wrong("recount is for a report with MSRSCNT");
    counts->value = measurement_counts(*report, counts->value.size() / 4);
    return {};
}

Result<> boot(Place& place, const Json& value) {
    auto* tpm = place.as<TpmForm>();
    if (tpm == nullptr || !value.is_object()) return wrong("boot is for a TPM, with what was otherwise");
    BootOptions options;
    for (const auto& [name, one] : value.items()) {
        const auto text = [&, &one = one] { return one.get<std::string>(); };
        if (name == "label")
            options.label = text();
        else if (name == "loader")
            options.loader = text();
        else if (name == "firmware")
            options.firmware = text();
        else if (name == "system")
            options.system = text();
        else if (name == "secure_boot")
            options.secure_boot = one.get<bool>();
        else if (name == "rsa")
            options.rsa = one.get<bool>();
        else
            return wrong(fmt::format("boot does not know '{}'", name));
    }
    *tpm = genuine(options);
    return {};
}

// Operations on forms as a whole.
Result<> on_form(const std::string& op, Place& place, const Json& value) {
    if (op == "recount") return recount(place);
    if (op == "boot") return boot(place, value);
    if (op == "relink") {
        auto* chain = place.as<Chain>();
        if (chain == nullptr) return wrong("relink is for a chain");
        relink(*chain);
        return {};
    }
    if (op != "certify") return wrong(fmt::format("there is no operation '{}'", op));
    auto* snp = place.as<SnpForm>();
    if (snp == nullptr || snp->chain.empty()) return wrong("certify is for a processor with certificates");
    set_tcb(snp->chain.front(), snp->reported);
    return {};
}

Result<> on_bytes(Place& place, const Json& step, const Failure& failure) {
    if (Bytes* bytes = place.bytes()) return edit_bytes(*bytes, step);
    ByteHook* hook = place.hook();
    if (hook == nullptr) return wrong("there are no bytes");
    then(*hook, ByteHook([=](Bytes& bytes) { note(failure, [&] { return edit_bytes(bytes, step); }); }));
    return {};
}

// A step whose value stands for nothing else.
Result<> now(Place& root, const Json& step, const Failure& failure) {
    const auto op = step.at("op").get<std::string>();
    const Path path = TRY(parse_path(step.value("path", "")));
    const Json value = step.value("value", Json());
    if (op == "insert") return insert(root, path, value, step.value("times", uint64_t{1}));
    const auto place = TRY(find_place(root, path));
    if (op == "set") return place->set(value);
    if (op == "add") return add(*place, value);
    if (op == "erase") return erase(root, path, *place);
    if (op == "swap") return swap(root, *place, step);
    return edits_bytes(op) ? on_bytes(*place, step, failure) : on_form(op, *place, value);
}

Result<> on_file(Files& files, const Json& step) {
    const auto file = files.find(step.at("file").get<std::string>());
    if (file == files.end()) return wrong(fmt::format("there is no file {}", step.at("file").dump()));
    if (step.at("op") == "erase") {
        files.erase(file);
        return {};
    }
    if (step.at("op") != "set") return edit_bytes(file->second, step);
    return place_of(file->second)->set(step.value("value", Json()));
}

// The step for each element of the list before the first "[*]" of its path; without one the step itself.
Result<std::vector<Json>> each(Place& root, const Json& step) {
    constexpr std::string_view kEach = "[*]";
    const auto path = step.value("path", "");
    const size_t at = path.find(kEach);
    if (at == std::string::npos) return std::vector<Json>{step};
    const auto list = TRY(find_place(root, TRY(parse_path(path.substr(0, at)))));
    std::vector<Json> steps;
    for (size_t i = 0; i < list->size(); ++i) {
        std::string text = step.dump();
        const std::string index = fmt::format("[{}]", i);
        for (size_t found = text.find(kEach); found != std::string::npos; found = text.find(kEach, found))
            text.replace(found, kEach.size(), index);
        steps.push_back(Json::parse(text));
    }
    if (steps.empty()) return wrong(fmt::format("{} has no elements", path.substr(0, at)));
    return steps;
}

// Steps on what is there only while evidence is made.
void schedule(Machine& machine, const Json& step) {
    const Failure failure = machine.edit_error;
    const auto path = step.value("path", "");
    const auto done_now = [=](Place&& root) -> Result<> {
        for (const Json& one : TRY(each(root, step)))
            TRY(now(root, TRY(value_of(one, {.root = root, .machine = nullptr})), failure));
        return {};
    };
    if (step.contains("file")) {
        then(machine.edit_files, std::function<void(Files&)>([=](Files& files) {
                 note(failure, [&] { return on_file(files, step); });
             }));
    } else if (path.starts_with("responses")) {
        then(machine.edit_ocsp, std::function<void(std::vector<OcspForm>&)>([=](std::vector<OcspForm>& all) {
                 note(failure, [&] { return done_now(Later(&all, nullptr, nullptr)); });
             }));
    } else {
        then(machine.edit_lists, std::function<void(Json&, Json&)>([=](Json& evidence, Json& context) {
                 note(failure, [&] { return done_now(Later(nullptr, &evidence, &context)); });
             }));
    }
}

Result<> checked_apply(Machine& machine, const Json& step, std::string_view origin) {
    if (!step.is_object() || !step.contains("op")) return wrong("a step is an object with an op");
    const auto root = place_of(machine);
    const EditScope scope{.root = *root, .machine = &machine, .origin = origin};
    if (step.contains("file") || is_later(step.value("path", ""))) {
        schedule(machine, TRY(value_of(step, scope)));
        return {};
    }
    for (const Json& one : TRY(each(*root, step)))
        TRY(now(*root, TRY(value_of(one, scope)), machine.edit_error));
    return {};
}

}  // namespace

Result<> apply(Machine& machine, const Json& step, std::string_view origin) {
    try {
        return checked_apply(machine, step, origin);
    } catch (const Json::exception& error) {
        return wrong(error.what());
    }
}

Result<> apply_all(Machine& machine, const Json& steps, std::string_view origin) {
    size_t number = 0;
    for (const Json& step : steps) {
        ++number;
        if (Result<> done = apply(machine, step, origin); !done) {
            return fail(done.error().code, "step", Error::npos,
                        fmt::format("step {}, {}: {}", number, step.dump(), done.error().detail));
        }
    }
    return {};
}

}  // namespace assay::evidence
