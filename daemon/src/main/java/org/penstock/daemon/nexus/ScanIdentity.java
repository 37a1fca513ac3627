package org.penstock.daemon.nexus;

/**
 * Where a scan belongs.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param session date such as {@code 20261101}
 * @param sample the sample, which is the ESRF's collection
 * @param dataset the dataset's name within the sample, such as {@code 0001}
 * @param number number of the scan within its dataset, from 1
 */
public record ScanIdentity(
        String proposal, String beamline, String session, String sample, String dataset, int number) {
    public ScanIdentity {
        if (number < 1) {
            throw new IllegalArgumentException("scan number: actual=" + number + ", expected=>=1");
        }
    }

    /** Returns the name of the dataset's folder and file: {@code sample_0001}. */
    public String datasetName() {
        return sample + "_" + dataset;
    }
}
