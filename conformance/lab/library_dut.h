// A device under test that is a shared library (assay_dut.h), in this process.
#pragma once

#include <memory>

#include "conformance/lab/dut.h"
#include "conformance/lab/shared_library.h"

namespace assay::lab {

class LibraryDut final : public Dut {
   public:
    // Errors: Errc::io when the library cannot be loaded, or has no assay_dut_get(), or one of another
    // version, or when create() refuses the options; each with one line for the user.
    static Result<std::unique_ptr<LibraryDut>> open(const std::string& path, const std::string& options);
    // Of a library that is part of this program.
    static Result<std::unique_ptr<LibraryDut>> open(const assay_dut_api* api, std::string target,
                                                    const std::string& options);
    ~LibraryDut() override;

    std::string target() const override { return target_; }
    Result<> reset() override;
    Result<std::optional<Bytes>> exchange(ByteView request, Wait wait) override;
    Result<std::optional<Answer>> exchange_secured(ByteView record, Wait wait) override;
    bool carries_secured() const override { return transport_ != nullptr; }
    const record::Transport& transport() const override;
    bool set_sequence(uint32_t session, spdm::Direction way, uint64_t next) override;
    bool ask_for_key_update(uint32_t session) override;
    void wait(std::chrono::microseconds time) override;
    bool time_is_cheap() const override { return api_->advance_time != nullptr; }

   private:
    LibraryDut(SharedLibrary library, const assay_dut_api* api, std::string target)
        : library_(std::move(library)), api_(api), target_(std::move(target)) {}
    Result<> create(const std::string& options);
    Result<std::optional<Answer>> call(int kind, ByteView request);

    SharedLibrary library_;
    const assay_dut_api* api_;
    std::string target_;
    assay_dut* dut_ = nullptr;
    const record::Transport* transport_ = nullptr;
    Bytes answer_;  // what the device writes into
};

}  // namespace assay::lab
