export const id=204;export const ids=[204];export const modules={1204:(function(o,t,e){e.r(t),e.d(t,{CloudWatchLogsClient:()=>s.T,GetLogEventsCommand:()=>d.h});var s=e(519),d=e(8093)})};
