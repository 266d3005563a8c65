/* Mark the chosen row of a sheet; apart from the sheet, so that its rows need not travel again. */
export default function mark({ data }) {
  const wait = (left) => {
    const host = document.getElementById(`sheet-${data.name}`);
    if (host && host.mark) host.mark(data.code, true);
    else if (left) setTimeout(wait, 50, left - 1);
  };
  wait(40);
}
