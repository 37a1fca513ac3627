package org.penstock.daemon.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.ProtocolException;

class ScanDefaultsTest {
    @ParameterizedTest
    @CsvSource({"NO_SPACE, DISK_FULL", "EXISTS, EXISTS", "IO, STORAGE", "PERMISSION, STORAGE"})
    void shouldSayWhatTheDiskRefuses(StorageException.Reason reason, ErrorCode code) {
        assertThatThrownBy(() -> ScanDefaults.refusing(() -> {
                    throw new StorageException(reason, "journal not made");
                }))
                .isInstanceOfSatisfying(
                        ProtocolException.class,
                        refused -> assertThat(refused.code()).isEqualTo(code))
                .hasMessage("journal not made");
    }
}
