package org.penstock.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.http.HttpProblem;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.ProtocolException;

class ProblemsTest {
    @Test
    void shouldTellAFullDiskFromABrokenOne() {
        StorageException full = new StorageException(StorageException.Reason.NO_SPACE, "journal not made");
        StorageException broken = new StorageException(StorageException.Reason.IO, "journal not made");

        assertProblem(full, full, 507, "disk_full");
        assertProblem(broken, broken, 500, "storage");
        ProtocolException refused = new ProtocolException(ErrorCode.DISK_FULL, "no space", full);
        assertProblem(refused, refused, 507, "disk_full");
    }

    @Test
    void shouldNotTakeAFaultOfTheDaemonForTheCallers() {
        IllegalStateException fault = new IllegalStateException("journal is closed");

        assertThat(Problems.of(fault)).isSameAs(fault);
    }

    private static void assertProblem(Throwable failure, Throwable cause, int status, String code) {
        assertThat(Problems.of(failure))
                .isInstanceOfSatisfying(HttpProblem.class, problem -> {
                    assertThat(problem.status().code()).isEqualTo(status);
                    assertThat(problem.code()).isEqualTo(code);
                })
                .hasCause(cause);
    }
}
