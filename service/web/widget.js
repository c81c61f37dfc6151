/* Bundled from service/web/widget and service/web/chat with: npm run build */
"use strict";(()=>{function l(t,e={},...o){let n=document.createElement(t);for(let[s,r]of Object.entries(e))r!=null&&n.setAttribute(s,r);return n.append(...o.filter(s=>s!==null)),
n}function b(t,e,o){let n=l("button",{type:"button",...t},...e);return n.addEventListener("click",o),n}function j(t,e,...o){return l(`h${t}`,e,...o)}function A(t){
return{lang:t,dir:"auto"}}function le(t,e){return l("bdi",{lang:e},t)}var ie=0;function ce(t){return ie+=1,`${t}-${ie}`}function T(t,e){try{let o=new URL(t??"",
e);return t&&["http:","https:"].includes(o.protocol)?o:null}catch{return null}}var p=class t extends Error{constructor(e,{message:o="",details:n=[],status:s=null,lasting:r=!1}={}){super(o),this.kind=e,this.details=n,this.status=s,this.lasting=
r||e==="rejected"||e==="tooLong"}get retry(){return!this.lasting}static of(e){return e instanceof t?e:new t("unreadable",{message:String(e)})}},Ke={401:"refused",
403:"refused",404:"unreachable",405:"unreachable",408:"busy",429:"busy"};function M(t,e){let{detail:o="",errors:n=[]}=e??{},s=Array.from(n,d=>({pointer:String(d?.
pointer),detail:String(d?.detail)})),r=[o,...s.map(d=>`${d.pointer}: ${d.detail}`)].filter(d=>d!==""),a=s.length>0?s.map(d=>d.detail):o===""?[]:[String(o)],i=s.
some(({pointer:d})=>/^\/filters/.test(d)),c=i?"refused":"rejected",u=Ke[t]??(t>=400&&t<500?c:"busy");return new p(u,{message:r.join(" ")||`status ${t}`,details:a,
status:t,lasting:i})}function k(t){try{return JSON.parse(t)}catch{throw new p("unreadable")}}var Qe=["doubt","collection","vague"];function I(t){try{if(Ye(t))return t}catch{}throw new p("unreadable")}function Ye({status:t,reason:e,answer:o,confidence:n,
passages:s,interpretation:r}){return Ve(t,e,o)&&typeof n.level=="string"&&[n.probability,n.passage_probability].every(a=>typeof(a??0)=="number")&&s.every(Ze)&&Array.
isArray(r?.turns??[])&&typeof(r?.spelling??"")=="string"}function Ve(t,e,o){let n=(o??null)===null;switch(t){case"answered":return K(o)&&K(o.reply_to??o);case"u\
ncertain":return n&&Qe.includes(e);case"not_found":return n&&(e??null)===null;default:return!1}}function Ze({text:t,highlights:e,citation:o,also_found_in:n}){return K(
{text:t,citation:o})&&Array.isArray(e)&&n.every(ue)}function K({text:t,citation:e}){return typeof t=="string"&&ue(e)}function ue({title:t,href:e,authors:o,section:n,
speaker:s,place:r,recognised:a,publisher:i,published:c,language:u,url:d,source_href:m}){return[t,e,...o].every(f=>typeof f=="string")&&[n,s,r,i,c,u,d,m].every(f=>typeof(f??
"")=="string")&&typeof(a??0)=="number"}var Xe=12,et=20,tt=4e5,L=class{#e;constructor(e){this.#e=e;let{turns:o,opened:n,draft:s}=nt(e);this.turns=o,this.opened=n,this.draft=s}before(e){return this.turns.
slice(0,e.alone?0:this.turns.indexOf(e)).flatMap(({question:o,answer:n})=>n===void 0?[]:[{role:"user",content:o},{role:"assistant",content:n.answer?.text??""}]).
slice(-Xe)}clear(){this.turns=[],this.draft="",this.save()}save(){let{opened:e,draft:o}=this,n=this.turns.slice(-et).map(({asking:r,failure:a,...i})=>i),s=JSON.
stringify({opened:e,draft:o,turns:n});for(;s.length>tt&&n.length>0;)n.shift(),s=JSON.stringify({opened:e,draft:o,turns:n});try{e||o!==""||n.length>0?sessionStorage.
setItem(this.#e,s):sessionStorage.removeItem(this.#e)}catch{}}};function de(t,{interpretation:e}){let n=(e?.turns??[]).filter(s=>t[s]!==void 0).sort((s,r)=>s-r).
map(s=>t.slice(0,s+1).findLast(({role:r})=>r==="user")?.content??"");return[...new Set(n)]}function nt(t){try{let{turns:e,opened:o,draft:n}=JSON.parse(sessionStorage.
getItem(t)??"{}");return{turns:Array.isArray(e)?e.flatMap(ot):[],opened:o===!0,draft:typeof n=="string"?n:""}}catch{return{turns:[],opened:!1,draft:""}}}function ot(t){
try{let{question:e,alone:o,answer:n,readWith:s=[],rated:r=null}=t,a=[e,...s].every(c=>typeof c=="string")&&(r===null||typeof r.id=="string"&&["up","down"].includes(
r.rating)),i=n===void 0?{}:{answer:I(n),readWith:s,rated:r};return a?[{question:e,alone:o===!0,...i}]:[]}catch{return[]}}function st(){let t="",e=!1,o="",n=[];return s=>{if(s==="")return[];let r=(t+(e&&s.startsWith(`
`)?s.slice(1):s)).split(/\r\n|\n|\r/);e=s.endsWith("\r"),t=r.pop()??"";let a=[];for(let i of r){let[,c="",u=""]=/^([^:]*):? ?(.*)$/s.exec(i)??[];i===""?(n.length>
0&&a.push({type:o,data:n.join(`
`)}),o="",n=[]):c==="event"?o=u:c==="data"&&n.push(u)}return a}}async function pe(t){let e=st(),o=null,n=[];for await(let s of t)for(let{type:r,data:a}of e(s))if(r===
"answer")o=k(a);else if(r==="passage")n.push(k(a));else if(r==="error"){let i=k(a);throw M(Number(i?.status),i)}else if(r==="done"){if(o===null||k(a)?.passages!==
n.length)throw new p("cutOff");return{...o,passages:n}}throw new p("cutOff")}var Q=new Map;function he(t){return`footnote ${t} generation`}function Y(t){let e=Q.get(t)??rt(t);return Q.set(t,e),e}function fe(t,e){typeof e=="number"&&e>Y(t)&&
ge(t,e)}function me(t){ge(t,0)}function ge(t,e){Q.set(t,e);try{sessionStorage.setItem(he(t),String(e))}catch{}}function rt(t){try{let e=Number(sessionStorage.getItem(
he(t)));return Number.isSafeInteger(e)&&e>0?e:0}catch{return 0}}var at=3e4,it=5e3,lt=409;async function be(t,e,o){if(e.filters===null)throw new p("refused",{lasting:!0});let n=await ct(t,s=>{let i={method:"POST",body:{...e,accept:[
"uncertain"],...s===0?{}:{at_least_generation:s}},accept:"text/event-stream, application/json;q=0.5",signal:o};return Z(t,"/v1/chat",i,async(c,u)=>I(we(c)==="te\
xt/event-stream"?await pe(u):k(await X(u))))});return fe(t.endpoint,n.generation),n}async function ct({endpoint:t},e){let o=Y(t);try{return await e(o)}catch(n){
if(o===0||p.of(n).status!==lt)throw n;return me(t),e(0)}}function V(t,e,o={}){return Z(t,e,o,async(n,s)=>({response:n,text:await X(s)}))}async function Z(t,e,o,n){let{endpoint:s,credentials:r,askKey:a}=t,{method:i="GET",body:c,accept:u,ignoreBOM:d=!1,signal:m}=o;if(s==="")throw new p("unreachable",
{message:"the address of the service is unknown; set the attribute endpoint."});let f=t.key(),h=new AbortController;m?.addEventListener("abort",()=>h.abort(new p(
"stopped")),{once:!0});let g=0,N=()=>{clearTimeout(g),g=setTimeout(()=>h.abort(new p("slow")),at)};N();let S=!1,E;try{let y=await fetch(s+e,{method:i,credentials:r,
body:c===void 0?null:JSON.stringify(c),headers:{...f===""?{}:{Authorization:`Bearer ${f}`},...c===void 0?{}:{"Content-Type":"application/json"},...u===void 0?{}:
{Accept:u}},referrerPolicy:"no-referrer",signal:h.signal});S=!0;let w=ut(y,N,d);if(y.ok)return await n(y,w);let C=await X(w);E=M(y.status,we(y)==="application/p\
roblem+json"?k(C):null)}catch(y){E=y instanceof p?y:new p("cutOff"),E=h.signal.aborted?h.signal.reason:S?E:await dt(s)}finally{clearTimeout(g),h.abort()}if(E.status!==
401||a===void 0)throw E;return await a(f,m),Z(t,e,o,n)}function we(t){return(t.headers.get("Content-Type")??"").split(";")[0]?.trim().toLowerCase()}async function*ut(t,e,o){
let n=t.body?.getReader(),s=new TextDecoder("utf-8",{ignoreBOM:o});for(let r=await n?.read();r!==void 0&&!r.done;r=await n?.read())e(),yield s.decode(r.value,{stream:!0})}
async function X(t){let e="";for await(let o of t)e+=o;return e}async function dt(t){if(new URL(t).origin===location.origin)return new p("unreachable");try{let{
ok:o}=await fetch(`${t}/widget.js`,{method:"HEAD",cache:"no-store",credentials:"omit",referrerPolicy:"no-referrer",signal:AbortSignal.timeout(it)});if(!o)return new p(
"unreachable")}catch{return new p("unreachable")}let e=`${t} does not allow ${location.origin}; its operator can, with FOOTNOTE_ORIGINS.`;return new p("refused",
{message:e})}var ve=["up","down"],pt=[403,404,405];function ye(t,e,{service:o,texts:n,icons:s,tell:r},a,i){let c=e.status==="not_found",u=c?{up:n.upMissing,down:n.downMissing}:
{up:n.up,down:n.down},d=s&&!c,m=ve.map(w=>b({class:`small thumb ${w}`,part:`thumb-${w}`,title:d?u[w]:null},[gt(),l("span",{class:d?"unseen":null},u[w])],()=>N(w))),
f=l("span",{class:"unsaved"}),h=!1;function g(){m.forEach((w,C)=>{w.setAttribute("aria-pressed",String(t.rated?.rating===ve[C]))})}async function N(w){if(!h){h=
!0,f.textContent="";try{await ht(o,t,mt(t.question,a.before(t),e,w)),r("feedback",{question:t.question,rating:t.rated?.rating??null})}catch(C){!t.rated&&pt.includes(
p.of(C).status??0)?i():(f.textContent=n.unsaved,r("unsaved",{}))}h=!1,a.save(),g()}}g();let S=d?l("span",{},n.helpful):null,E={role:"group","aria-label":c?n.notFound:
n.helpful},y={class:d?"feedback":"feedback worded",part:"feedback",...E};return l("div",y,S,...m,f)}async function ht(t,e,o){let n=e.rated??null;if(n!==null&&(await ft(
t,n.id),e.rated=null),n?.rating!==o.rating){let{text:s}=await V(t,"/v1/feedback",{method:"POST",body:o});e.rated={rating:o.rating,id:String(k(s).id)}}}async function ft(t,e){
try{await V(t,`/v1/feedback/${encodeURIComponent(e)}`,{method:"DELETE"})}catch(o){if(p.of(o).status!==404)throw o}}function mt(t,e,{status:o,passages:[n],generation:s},r){
if(o!=="answered"||n===void 0)return{question:t,history:e,status:o,rating:r,passage:null,generation:s};let{document_id:a,revision:i,start:c,end:u}=n.citation,d=n.
highlights.at(-1)??{start:0,end:[...n.text].length},m={document_id:a,revision:i,start:c,end:u,text:n.text,highlight:d};return{question:t,history:e,status:o,rating:r,
passage:m,generation:s}}function gt(){let t="http://www.w3.org/2000/svg",e=document.createElementNS(t,"svg");e.setAttribute("viewBox","0 0 24 24"),e.setAttribute(
"aria-hidden","true");let o=document.createElementNS(t,"path");return o.setAttribute("d","M3 10h4v11H3zM7 10l4.5-7.5c2 0 3 1.2 2.5 3L13 9h6.5c1.4 0 2 1 1.8 2.2l\
-1.6 7.6C19.4 20.2 18.5 21 17 21H7"),e.append(o),e}var ee={title:"Ask the documents",greeting:"Ask a question. The answer comes in the documents’ own words, with its source.",placeholder:"Your question",followUp:"\
Ask a follow-up question",ask:"Ask",close:"Close",restart:"New conversation",conversation:"Conversation",asked:"You asked:",searching:"Looking in the documents…",
stop:"Stop",found:"The documents say",retry:"Try again",notFound:"Not in these documents.",notFoundWhy:"No passage answers this question well enough to be quote\
d as an answer.",doubt:"No passage clearly answers this.",doubtWhy:"These sentences may bear on it. Read the passage around each before you quote it.",collection:"\
No single passage answers this.",collectionWhy:"The question asks for more than one sentence can say. These bear on it, and there may be others. Read the passag\
e around each.",vague:"Ask a whole question.",vagueWhy:"These words alone do not say what you want to know. Ask who, what, when, where or why.",chance:"Chance t\
hat the first passage answers: {percent}.",chanceQuoted:"Chance that the words quoted first answer: {percent}.",spelling:"Showing results for {question}",context:"\
Read together with: {question}",alone:"Ask it on its own",passage:"The passage around it",passages:"The passage around it, and {n} more",around:"The passage aro\
und each",aroundMore:"The passage around each, and {n} more",nearestOne:"The nearest passage",nearest:"The {n} nearest passages",replyTo:"In reply to: {question\
}",saidBy:"said by {name}",page:"p. {n}",recognised:"words recognised from a picture, {percent}% sure",original:"original at {host}",alsoIn:"Also found word for\
 word in",newTab:"(opens in a new tab)",very_high:"Confidence: very high.",high:"Confidence: high.",medium:"Confidence: medium. Read the passage before you quot\
e it.",low:"Confidence: low. Read the whole passage before you rely on it.",helpful:"Was this helpful?",up:"Helpful",down:"Not helpful",upMissing:"Right, it is \
not there",downMissing:"Wrong, it is there",unsaved:"Your rating could not be saved. Try again.",unanswered:"No answer arrived.",unreachable:"The service cannot\
 be reached. It may have stopped, or the connection is down.",refused:"The chat cannot be used on this site. Please tell the site’s owner.",slow:"The service \
has sent nothing for 30 seconds. It may be busy.",cutOff:"The answer was cut off before it was complete.",unreadable:"The service’s answer cannot be read.",busy:"\
The service cannot answer at the moment.",rejected:"The service does not accept this question.",tooLong:"This question is too long. The limit is 2,000 character\
s.",stopped:"Stopped."};var bt={title:"Pregunte a los documentos",greeting:"Haga una pregunta. La respuesta se da con las palabras de los propios documentos e indica su fuente.",placeholder:"\
Su pregunta",followUp:"Haga otra pregunta",ask:"Preguntar",close:"Cerrar",restart:"Nueva conversación",conversation:"Conversación",asked:"Usted preguntó:",searching:"\
Buscando en los documentos…",stop:"Detener",found:"Los documentos dicen",retry:"Intentar de nuevo",notFound:"No está en estos documentos.",notFoundWhy:"Ningú\
n pasaje responde a esta pregunta lo bastante bien como para citarlo.",doubt:"Ningún pasaje responde con claridad.",doubtWhy:"Estas frases pueden tener relació\
n con la pregunta. Lea el pasaje completo de cada una antes de citarla.",collection:"Ningún pasaje responde por sí solo.",collectionWhy:"La pregunta pide más \
de lo que puede decir una sola frase. Estas tienen relación con ella, y puede haber otras. Lea el pasaje completo de cada una.",vague:"Haga una pregunta comple\
ta.",vagueWhy:"Estas palabras solas no dicen qué quiere saber. Pregunte quién, qué, cuándo, dónde o por qué.",chance:"Probabilidad de que el primer pasaje\
 responda: {percent}.",chanceQuoted:"Probabilidad de que respondan las palabras citadas primero: {percent}.",spelling:"Se muestran resultados para {question}",context:"\
Leída junto con: {question}",alone:"Preguntar sin contexto",passage:"El pasaje completo",passages:"El pasaje completo y {n} más",around:"El pasaje completo de\
 cada una",aroundMore:"El pasaje completo de cada una y {n} más",nearestOne:"El pasaje más cercano",nearest:"Los {n} pasajes más cercanos",replyTo:"En respue\
sta a: {question}",saidBy:"dicho por {name}",page:"p. {n}",recognised:"palabras reconocidas en una imagen, con {percent} % de seguridad",original:"original en \
{host}",alsoIn:"También aparece, palabra por palabra, en",newTab:"(se abre en otra pestaña)",very_high:"Confianza: muy alta.",high:"Confianza: alta.",medium:"\
Confianza: media. Lea el pasaje antes de citarlo.",low:"Confianza: baja. Lea el pasaje entero antes de fiarse de él.",helpful:"¿Le ha servido?",up:"Útil",down:"\
No útil",upMissing:"Correcto, no está",downMissing:"Incorrecto, sí está",unsaved:"No se pudo guardar su valoración. Inténtelo de nuevo.",unanswered:"No ll\
egó ninguna respuesta.",unreachable:"No se puede conectar con el servicio. Quizá esté detenido o no haya conexión.",refused:"El chat no se puede usar en est\
e sitio. Avise al propietario del sitio.",slow:"El servicio no ha enviado nada en 30 segundos. Quizá esté ocupado.",cutOff:"La respuesta se cortó antes de est\
ar completa.",unreadable:"No se puede leer la respuesta del servicio.",busy:"El servicio no puede responder en este momento.",rejected:"El servicio no admite es\
ta pregunta.",tooLong:"Esta pregunta es demasiado larga. El límite es de 2000 caracteres.",stopped:"Detenida."},ke=bt;var wt={en:ee,es:ke},R=ee;function F(t){return wt[te(t)]}function xe(t){return navigator.languages.find(o=>/^[\w-]+$/.test(o)&&te(o)===te(t))??t}function te(t){
return(t.split("-")[0]??"").toLowerCase()}function $(t,e){let[o="",n=""]=t.split("{question}");return[o,...e,n]}function x(t,e){return t.replace(/\{(\w+)\}/g,(o,n)=>String(
e[n]??o))}function vt(t,{texts:e,language:o}){let{authors:n,title:s,speaker:r,section:a,page:i,place:c,recognised:u,publisher:d,published:m}=t;return[["authors",xt(n,o)],
["title",s],["speaker",r&&x(e.saidBy,{name:r})],["section",a===s?null:a&&`“${a}”`],["page",i==null?null:x(e.page,{n:i})],["place",c],["recognised",typeof u==
"number"?x(e.recognised,{percent:kt(u)}):null],["publisher",d],["published",m&&St(m,o)]].flatMap(([h,g])=>g?[{kind:h,text:g}]:[])}function W(t,e){let o=vt(t,e).
map(({kind:s,text:r})=>{switch(s){case"title":return ne(t,e);case"page":case"place":case"recognised":return r;case"published":return l("time",{datetime:t.published},
r);default:return le(r,t.language)}}),n=yt(t,e);return l("p",{class:"source",part:"source"},...P([...o,n],", "),".")}function ne(t,e){let{endpoint:o}=e.service,
n=l("cite",A(t.language),t.title),s=T(t.href,o);return s===null||s.origin!==T(o)?.origin?n:Se(s,n,t,e)}function yt(t,e){let o=T(t.source_href??t.url);return o===
null?null:Se(o,x(e.texts.original,{host:o.host}),t,e)}function Se({href:t},e,o,{texts:n,newTab:s,tell:r}){let i=l("a",{href:t,rel:"noopener noreferrer",part:"li\
nk",...s?{target:"_blank"}:{}},e);return s&&i.append(l("span",{class:"unseen"},` ${n.newTab}`)),i.addEventListener("click",c=>{r("source",{href:t,citation:o})||
c.preventDefault()}),i}function kt(t){return Math.floor(100*t)}function P(t,e){return t.filter(n=>n!==null).flatMap((n,s)=>s===0?[n]:[e,n])}function xt(t,e){return new Intl.
ListFormat(e).format(t)}function St(t,e){let o=new Date(`${t}T00:00:00Z`),n=new Intl.DateTimeFormat(e,{dateStyle:"long",timeZone:"UTC"});return Number.isNaN(o.getTime())?
t:n.format(o)}function Et(t,e){let o=new Map,n=0,s=0;for(let r of[...new Set(e)].sort((a,i)=>a-i)){for(;n<r&&s<t.length;)s+=(t.codePointAt(s)??0)>65535?2:1,n+=1;n===r&&o.set(
r,s)}return o}function oe(t,e){let o=Et(t,e.flatMap(({start:s,end:r})=>[s,r])),n=[];for(let s of[...e].sort((r,a)=>r.start-a.start)){let r=o.get(s.start),a=o.get(
s.end),i=n.at(-1);r===void 0||a===void 0||r>=a||(i!==void 0&&r<=i.end?i.end=Math.max(i.end,a):n.push({start:r,end:a}))}return n}function Ee(t,e,o){let n=[],s=0;for(let r of e)n.push(...se(t,{start:s,end:r.start},o),r.start<r.end?l("mark",{part:"mark"},...se(t,r,o)):l("span",{class:"place"})),
s=r.end;return[...n,...se(t,{start:s,end:t.length},o)]}function se(t,e,o){let n=[],s=e.start;for(let{start:r,end:a,level:i}of o){let[c,u]=[Math.max(r,e.start),Math.
min(a,e.end)];if(c<u){let d=i===void 0?{}:{role:"heading","aria-level":String(i)};n.push(t.slice(s,c),l("span",{class:"heading",...d},t.slice(c,u))),s=u}}return n.
push(t.slice(s,e.end)),n.filter(r=>r!=="")}function Tt(t,e,o){let n=t.indexOf(`
`,e),s=n===-1?t.length:n;return o&&t.slice(e,s).includes(o)?[{start:e,end:s}]:[]}function Te(t,e){let o=Tt(t,0,e),n=[...t.matchAll(/^#{1,6} .*/gm)].map(({index:s,
0:r})=>({start:s,end:s+r.length}));return[...o,...n.filter(({start:s})=>s>0||o.length===0)]}var At=3;function Ae({status:t,reason:e,answer:o,confidence:n,passages:s},r,a){let{texts:i,unfolded:c,copyButton:u}=r,d=t==="answered"?o:null,m=e&&e!=="vague"?s.
slice(0,At):[],f=d===null?null:u(d.text,d.citation),h=s.map(S=>zt(S,r)),g=l("details",{part:"passages",open:d!==null&&c?"":null},l("summary",{},qt(d!==null,m.length,
s.length,i)),t==="uncertain"?null:qe(i.chance,n.passage_probability,r),l("ol",{class:"passages"},...h));function N(S){g.open=!0,h[S]?.focus({preventScroll:!0}),
h[S]?.scrollIntoView({block:"nearest"})}return[d===null?Nt(e??null,m,n,r,N):Lt(d,n.level,r),f===null&&a===null?null:l("div",{class:"tools"},f,a),s.length===0?null:
g]}function qt(t,e,o,n){return t?x(o===1?n.passage:n.passages,{n:o-1}):e>0?x(o===e?n.around:n.aroundMore,{n:o-e}):x(o===1?n.nearestOne:n.nearest,{n:o})}function _(t,e){
return j(e,{class:"outcome",tabindex:"-1"},t)}function Nt(t,e,o,n,s){let{texts:r,level:a}=n;if(t===null){let i=_(r.notFound,a+1);return l("div",{class:"not-foun\
d",part:"not-found"},i,l("p",{},r.notFoundWhy))}return l("div",{class:"uncertain",part:"uncertain"},_(r[t],a+1),l("p",{},r[`${t}Why`]),e.length===0?null:l("ol",
{class:"passages"},...e.map((i,c)=>Ot(i,n,()=>s(c)))),t==="doubt"&&e.length>0?qe(r.chanceQuoted,o.probability,n):null)}function Ot({text:t,highlights:e,citation:o},n,s){
let r=oe(t,e),i=(r.length===0?[t]:r.map(({start:c,end:u})=>t.slice(c,u))).map(c=>l("span",{class:"quoted"},c));return l("li",{},l("blockquote",{class:"passage",
part:"passage",...A(o.language)},...P(i,`
`)),W(Ct(o,e.at(-1)),n),b({class:"small",part:"around"},[n.texts.passage],s))}function Ct(t,e){if(e===void 0)return t;let[o,n]=[t.start+e.start,t.start+e.end];return{
...t,start:o,end:n,href:t.href.replace(/#char=.*$/,`#char=${o},${n}`)}}function qe(t,e,{language:o}){if(typeof e!="number")return null;let n=new Intl.NumberFormat(
o,{style:"percent"}).format(e);return l("p",{class:"chance",part:"chance"},x(t,{percent:n}))}function Lt({text:t,citation:e,reply_to:o},n,s){let{texts:r,level:a}=s;
return l("figure",{},_(r.found,a+1),o?$t(o,s):null,l("blockquote",{class:"quotation",part:"quotation",...A(e.language)},l("span",{class:"quoted"},t)),l("p",{class:"\
confidence",part:"confidence"},r[n]??null),l("figcaption",{},W(e,s)))}function $t({text:t,citation:e},{texts:o}){let n=l("q",A(e.language),t);return l("p",{class:"\
reply-to",part:"reply-to"},...$(o.replyTo,[n]))}function zt({text:t,highlights:e,citation:o,also_found_in:n},s){let r=Ee(t,oe(t,e),Te(t,o.section)),a=P(n.map(i=>ne(
i,s)),", ");return l("li",{tabindex:"-1"},l("blockquote",{class:"passage",part:"passage",...A(o.language)},...r),W(o,s),a.length===0?null:l("p",{class:"source",
part:"source"},`${s.texts.alsoIn} `,...a,"."),s.copyButton(t,o))}function Ne(t,{texts:e,explained:o,level:n},s){let[r="",...a]=jt(t,e,o),i=l("div",{class:"failu\
re",part:"failure"},_(r,n),...a.map(c=>l("p",{},c)));return t.retry&&i.append(b({class:"small",part:"retry"},[e.retry],s)),i}function jt({kind:t,details:e,status:o},n,s){
if(s&&e.length>0)return e;let[r="",...a]=n[t].split(/(?<=[.!?]) /);return[s&&o!==null?`${r.replace(/\.$/,"")} (status ${o}).`:r,...a]}function Oe(t,e,{stop:o,retry:n,askAlone:s},r){let{texts:a,level:i}=e,c=ce("question"),u=a.asked===""?null:l("span",{class:"unseen"},`${a.asked} `),d=j(i,{class:"\
question",part:"question",id:c,dir:"auto"},u,t.question);return l("article",{class:"turn",part:"turn","aria-labelledby":c},d,m());function m(){if(t.asking!==void 0)
return Mt(e,o);if(t.answer===void 0){let g=t.failure??new p("unanswered");return Ne(g,{...e,level:i+1},n)}let f=Ae(t.answer,e,r),h=[It(t.answer,e),Rt(t,e,s)];return l(
"div",{class:"answer",part:"answer"},...h,...f)}}function Mt({texts:t},e){return l("div",{class:"searching",part:"searching"},l("p",{},l("span",{},t.searching)),
b({class:"small",part:"stop"},[t.stop],e))}function It({interpretation:t},{texts:e}){let o=t?.spelling;if(!o)return null;let n=$(e.spelling,[l("q",{dir:"auto"},
o)]);return l("p",{class:"context",part:"spelling"},l("span",{},...n))}function Rt({readWith:t=[]},{texts:e,language:o},n){if(t.length===0)return null;let s=new Intl.
ListFormat(o).formatToParts(t).map(({type:r,value:a})=>r==="element"?l("q",{dir:"auto"},a):a);return l("div",{class:"context",part:"context"},l("p",{},...$(e.context,
s)),b({class:"small",part:"alone"},[e.alone],n))}var B=class{#e;#s;#r;#n=new Map;#t=!0;constructor(e,o,n,s){this.#s=e,this.#e=o,this.#r=s,this.conversation=n}replace(e){this.stop(),this.#t=!0,this.conversation=
e}set(e){this.#e=e}showAll(){this.#n.clear(),this.#s.replaceChildren();for(let e of this.conversation.turns)this.#i(e);this.#r.changed()}get asking(){return this.
conversation.turns.find(({asking:e})=>e!==void 0)??null}async ask(e,o=!1){this.stop();let n={question:e,alone:o};if(this.#e.mended)for(let s of this.conversation.
turns.filter(({answer:r})=>r===void 0))this.#o(s);return this.conversation.turns.push(n),this.#e.tell("question",{question:e}),this.#l(n)}stop(){let e=this.asking;
return e!==null&&(e.asking?.abort(),delete e.asking,e.failure=new p("stopped"),this.#i(e)),e}withdraw(){let e=this.stop();return e!==null&&this.#o(e),e}clear(){
this.stop(),this.conversation.clear(),this.showAll()}#o(e){this.conversation.turns=this.conversation.turns.filter(o=>o!==e),this.#n.get(e)?.remove(),this.#n.delete(
e),this.#r.changed()}#a(e,o){this.stop(),e.alone=o,this.#e.tell("question",{question:e.question}),this.#l(e)}async#l(e){let{service:o,request:n,longest:s,texts:r,
tell:a,mended:i}=this.#e,{question:c,alone:u=!1}=e,d=new AbortController;delete e.failure,delete e.answer,delete e.rated,e.asking=d,delete e.readWith;let m=this.
conversation.before(e);this.conversation.draft=i?c:"",this.conversation.save(),this.#r.began(e,this.#i(e));let f=null,h=null;try{if([...c].length>s)throw new p(
"tooLong");let g=[...m,{role:"user",content:c}];f=await be(o,{messages:g,context:!u,...n},d.signal)}catch(g){h=p.of(g)}return e.asking!==d?null:(delete e.asking,
h!==null?e.failure=h:f!==null&&(e.answer=f,e.readWith=de(m,f),this.conversation.draft=""),this.conversation.save(),this.#r.ended(e,this.#i(e)),h!==null?a("error",
{question:c,kind:h.kind,message:r[h.kind]}):a("answer",{question:c,answer:f}),e)}#i(e){let o=this.#n.get(e),n=Oe(e,this.#e,{stop:()=>this.#r.stop(),retry:()=>this.#a(
e,e.alone??!1),askAlone:()=>this.#a(e,!0)},this.#d(e)),s=this.#s.contains(this.#u());return this.#n.set(e,n),o!==void 0?o.replaceWith(n):this.#n.size===1?this.#s.
replaceChildren(n):this.#s.append(n),this.#r.changed(),s&&this.#c(),n}#c(){this.#u()===null&&this.#s.focus({preventScroll:!0})}#u(){let e=this.#s.getRootNode().
activeElement;return e===document.body?null:e}#d(e){let{answer:o}=e;return o===void 0||!this.#t?null:ye(e,o,this.#e,this.conversation,()=>{this.#t=!1;for(let n of this.#s.
querySelectorAll(".feedback"))n.remove();this.#c(),this.#e.tell("unrated",{})})}};var Ft=["title","greeting","placeholder","disclaimer"],H=["endpoint","key","colour","color","position","theme","language","texts","suggestions","passages","filt\
ers",...Ft],G=2e3,je=["document_id","publisher","published","language","tag","extra"],Wt=/^(ar|arc|ckb|dv|fa|he|ks|ku-arab|ps|sd|syr|ug|ur|yi)(-|$)/i,Ce=new Set;
function z(t){Ce.has(t)||(Ce.add(t),console.warn(`Footnote: ${t}`))}function D(t,e){let o=`a JSON object of texts, with keys among ${Object.keys(R).join(", ")}`,
n=v(t,"texts",null,Bt,o),s=t.closest("[lang]")?.getAttribute("lang")||document.documentElement.lang,r=F(s)===void 0&&n===null?"en":s||"en",a=v(t,"language",ze(r)??
"en",u=>F(u)===void 0&&n===null?null:ze(u),"en, es, or a language whose texts the attribute texts gives"),i={...F(a)??R,...n},c=t.hasAttribute("colour")?"colour":
"color";return{endpoint:v(t,"endpoint",e,Pt,"an address such as https://ask.example.org"),key:v(t,"key","",$e(/^[!-~]+$/),"a key from the service's operator"),inline:v(
t,"mode","inline",Le("inline","launcher"),"inline or launcher")==="inline",title:t.getAttribute("title")?.trim()||i.title,colour:v(t,c,null,u=>CSS.supports("col\
or",u)?u:null,"a CSS colour such as #0b5394"),corner:v(t,"position",["bottom","end"],_t,"bottom or top, a hyphen, and end, start, left or right"),theme:v(t,"the\
me","auto",Le("auto","light","dark"),"auto, light or dark"),language:a,direction:Wt.test(a)?"rtl":"ltr",texts:i,greeting:t.getAttribute("greeting")??i.greeting,
placeholder:t.getAttribute("placeholder")||i.placeholder,followUp:t.getAttribute("placeholder")||i.followUp,disclaimer:t.getAttribute("disclaimer")??"",suggestions:v(
t,"suggestions",[],Gt,"a JSON list of questions"),passages:v(t,"passages",null,$e(/^([1-9]\d?|100)$/),"a whole number from 1 to 100"),filters:v(t,"filters",{},Ht,
`a JSON object with keys among ${je.join(", ")}`,null)}}function v(t,e,o,n,s,r=o){let a=t.getAttribute(e)?.trim()??"";if(a==="")return o;try{let u=n(a);if(u!==null)
return u}catch{}let i=a.length>60?`${a.slice(0,60)}…`:a;return z(`the attribute ${e} must be ${s}, not "${i}". ${r===o?"The default is used.":"No question is \
asked."}`),r}function Le(...t){return e=>t.includes(e)?e:null}function $e(t){return e=>t.test(e)?e:null}function Pt(t){return T(t)?.href.replace(/\/$/,"")??null}
function ze(t){try{return Intl.getCanonicalLocales(t)[0]??null}catch{return null}}function _t(t){return/^(bottom|top)-(start|end|left|right)$/.test(t)?t.split("\
-"):null}function Bt(t){let e=Me(t,Object.keys(R));return e!==null&&Object.values(e).every(o=>typeof o=="string")?e:null}function Ht(t){return Me(t,je)}function Me(t,e){
let o=JSON.parse(t);return typeof o=="object"&&o!==null&&!Array.isArray(o)&&Object.keys(o).every(s=>e.includes(s))?o:null}function Gt(t){let e=JSON.parse(t);return Array.
isArray(e)&&e.every(o=>typeof o=="string")?e:null}var Ie={light:[.984,.973,.945],dark:[.102,.09,.078]};function We(t){let e=ae(t,[1,1,1])>=ae(t,[0,0,0])?"#fff":"#000",o=`--accent-ink: ${re(Re(t,Ie.dark,1))};`;return`\
.root { --accent: ${re(t)} !important; --on-accent: ${e} !important;
    --accent-ink: ${re(Re(t,Ie.light,0))}; }
    @media (prefers-color-scheme: dark) { .root[data-theme="auto"] { ${o} } }
    .root[data-theme="dark"] { ${o} }`}function Re(t,e,o){for(let n=0;n<1;n+=.05){let s=t.map(r=>r+(o-r)*n);if(ae(s,e)>=4.6)return s}return[o,o,o]}function ae(t,e){
let[o,n]=[Fe(t),Fe(e)];return(Math.max(o,n)+.05)/(Math.min(o,n)+.05)}function Fe(t){let[e=0,o=0,n=0]=t.map(s=>s<=.04045?s/12.92:((s+.055)/1.055)**2.4);return .2126*
e+.7152*o+.0722*n}function re(t){return`rgb(${t.map(e=>Math.round(e*255)).join(" ")})`}function Pe(t){let e=(t.match(/-?[\d.]+(e-?\d+)?/g)??[]).map(Number),o=t.
startsWith("rgb")?255:1;return e.length<3||(e[3]??1)<1?null:e.slice(0,3).map(n=>Math.min(Math.max(n/o,0),1))}var Dt="(max-width: 30em), (max-height: 26em)",U=class{#e;#s;#r;#n=l("section");#t=matchMedia(Dt);#o=null;constructor(e,o,n){this.#e=e,this.#s=o,this.#r=n}place(e,o,n){
let s=o?"section":"dialog";(this.#n.localName!==s||this.#n.firstChild===null)&&(this.hide(),this.#n=l(s,{id:"panel",part:"panel","aria-labelledby":"title"},this.#e),
this.#n.addEventListener("cancel",a=>{a.preventDefault(),this.#r()}),this.#n.addEventListener("close",()=>{this.#n.isConnected&&!this.#a?.open&&this.#r()}),e.replaceChildren(
...o?[this.#n]:[this.#s,this.#n])),this.#s.className=["launcher",...n].join(" ");let r=this.#l?["covering"]:[];this.#n.className=["frame",...o?[]:n,...r].join("\
 ")}get#a(){return this.#n instanceof HTMLDialogElement?this.#n:null}get#l(){return this.#n.getAttribute("aria-modal")==="true"}show(){let e=this.#a;if(e===null||
e.open)return;let o=this.#t.matches;if(this.#s.setAttribute("aria-expanded","true"),this.#n.classList.toggle("covering",o),o){e.setAttribute("aria-modal","true"),
e.showModal();let n=document.documentElement.style;this.#o=n.overflow,n.overflow="hidden"}else e.open=!0}hide(){this.#s.setAttribute("aria-expanded","false"),this.#a?.
close(),this.#n.removeAttribute("aria-modal"),this.#o!==null&&(document.documentElement.style.overflow=this.#o,this.#o=null)}follow(){this.#t.addEventListener("\
change",this.#i),this.#i()}unfollow(){this.#t.removeEventListener("change",this.#i)}#i=()=>{if(this.#a?.open&&this.#t.matches!==this.#l){let e=this.#n.getRootNode(),
o=e instanceof ShadowRoot?e.activeElement:null;this.hide(),this.show(),o?.focus()}}};var _e=`
    color-scheme: dark;
    --paper: var(--footnote-paper, #1a1714);
    --ink: var(--footnote-ink, #ebe4d8);
    --quiet: var(--footnote-quiet, #b5ac9f);
    --line: var(--footnote-line, #83796c);
    --tint: var(--footnote-tint, #2b2621);
    --mark: var(--footnote-mark, #5a4420);
    --accent: #efa48f;
    --on-accent: #1f1410;
    --accent-ink: #efa48f;`,Be=`
:host { all: initial; display: block; }
:host([hidden]) { display: none; }
.root {
  display: contents;
  color-scheme: light;
  --paper: var(--footnote-paper, #fbf8f1);
  --ink: var(--footnote-ink, #221d17);
  --quiet: var(--footnote-quiet, #5f564b);
  --line: var(--footnote-line, #8b8173);
  --tint: var(--footnote-tint, #f0eadd);
  --mark: var(--footnote-mark, #f3dfb4);
  --accent: #8a2b1d;
  --on-accent: #fffdf8;
  --accent-ink: #8a2b1d;
  --radius: var(--footnote-radius, 4px);
  --gap: var(--footnote-gap, 1.25em);
  --font: var(--footnote-font, "Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", P052, Charter, Georgia, serif);
}
@media (prefers-color-scheme: dark) { .root[data-theme="auto"] { ${_e} } }
.root[data-theme="dark"] { ${_e} }
* { box-sizing: border-box; }
/* Each text has its own direction: some may be English in a chat that is not. */
.chat :is(p:not(.source), h2, h4, summary, textarea, button, .feedback span) { unicode-bidi: plaintext; }
.launcher, .frame, .chat, button, textarea { font: 1em/1.5 var(--font); }
p, h2, h3, h4, ol, figure, blockquote { margin: 0; padding: 0; }
h2, h3, h4 { font-size: 1em; font-weight: 400; }
button {
  min-block-size: 2.25em;
  padding: 0.25em 0.9em;
  color: var(--ink);
  background: transparent;
  border: 1px solid var(--line);
  border-radius: var(--radius);
  cursor: pointer;
}
button:hover { background: var(--tint); }
.launcher, .send { color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
.launcher:hover, .send:hover { background: var(--accent); text-decoration: underline; text-underline-offset: 0.2em; }
:focus-visible { outline: 2px solid var(--accent-ink); outline-offset: 2px; }
.launcher:focus-visible { outline-color: var(--ink); box-shadow: 0 0 0 2px var(--paper); }
.launcher {
  position: fixed;
  z-index: var(--footnote-z-index, 2147483000);
  max-inline-size: min(20em, 100vw - 2 * var(--gap));
  min-block-size: 3em;
  padding-inline: 1.2em;
  overflow: hidden;
  white-space: nowrap;
  text-overflow: ellipsis;
  border-radius: var(--footnote-launcher-radius, 1.5em);
  box-shadow: 0 2px 10px rgb(0 0 0 / 0.25);
}
.launcher::before, .title::before { content: "*"; content: "*" / ""; display: inline-block; margin-inline-end: 0.35em; }
.title::before { color: var(--accent-ink); }
.bottom { inset-block-end: var(--gap); }
.top { inset-block-start: var(--gap); }
.start { inset-inline-start: var(--gap); }
.end { inset-inline-end: var(--gap); }
.left { left: var(--gap); }
.right { right: var(--gap); }
.frame { color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: var(--radius); }
section.frame { block-size: var(--footnote-height, 34em); max-block-size: 100vh; overflow: hidden; }
dialog.frame {
  position: fixed;
  z-index: var(--footnote-z-index, 2147483000);
  inline-size: min(var(--footnote-width, 25em), 100vw - 2 * var(--gap));
  block-size: min(var(--footnote-height, 38em), 100vh - 2 * var(--gap) - 3.75em);
  block-size: min(var(--footnote-height, 38em), 100dvh - 2 * var(--gap) - 3.75em);
  max-inline-size: none;
  max-block-size: none;
  margin: 0;
  padding: 0;
  overflow: hidden;
  box-shadow: 0 8px 32px rgb(0 0 0 / 0.28);
}
dialog.frame:not([open]) { display: none; }
dialog.start { inset-inline-end: auto; }
dialog.left { right: auto; }
dialog.end { inset-inline-start: auto; }
dialog.right { left: auto; }
dialog.bottom { inset-block: auto calc(var(--gap) + 3.75em); }
dialog.top { inset-block: calc(var(--gap) + 3.75em) auto; }
dialog.covering { inset: 0; inline-size: 100%; block-size: 100vh; block-size: 100dvh; border: 0; border-radius: 0; }
.chat { display: flex; flex-direction: column; block-size: 100%; overflow-wrap: anywhere; text-align: start; }
.header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5em; padding-block: 0.5em; padding-inline: 1em 0.5em; border-block-end: 1px solid var(--li\
ne); }
.title { flex: 1 1 5em; overflow-wrap: break-word; font-size: 1.0625em; font-weight: 400; font-style: italic; line-height: 1.25; }
.header button, .small { font-size: 0.875em; border-color: transparent; padding-inline: 0.6em; }
.small { padding: 0.1em 0.5em; border-color: var(--line); min-block-size: 1.9em; }
.header .close { font-size: 1.25em; line-height: 1; min-inline-size: 1.8em; min-block-size: 1.8em; padding: 0; }
.log { flex: 1; position: relative; min-block-size: 5em; overflow-y: auto; overscroll-behavior: contain; padding: 1em; scroll-padding-block: 0.5em; }
.log:focus-visible { outline-offset: -2px; }
.greeting { white-space: pre-wrap; }
.suggestions { display: flex; flex-direction: column; align-items: start; gap: 0.5em; margin-block-start: 1em; }
.suggestions button { text-align: start; }
.turn + .turn { margin-block-start: 2em; padding-block-start: 1.5em; border-block-start: 1px solid var(--line); }
.question { padding: 0.4em 0.8em; margin-block-end: 1em; background: var(--tint); border: 1px solid transparent; border-radius: var(--radius); white-space: pre-\
wrap; }
.context, .reply-to, .confidence, .chance, .source, .feedback, .disclaimer { font-size: 0.875em; color: var(--quiet); }
.context { margin-block-end: 0.75em; }
.context p { display: inline; margin-inline-end: 0.4em; }
.not-found .outcome, .uncertain .outcome { font-weight: 600; }
.heading { font-weight: 600; }
.quotation, .passage { white-space: pre-wrap; unicode-bidi: plaintext; }
.passage { overflow-x: clip; } /* a mark does not go on under the space that ends a line */
.quotation { font-size: 1.1875em; line-height: 1.4; }
.reply-to { margin-block-end: 0.4em; }
.quoted::before { content: open-quote; }
.quoted::after { content: close-quote; }
.source { margin-block-start: 0.5em; line-height: 1.45; }
figcaption .source::before { content: ""; display: block; inline-size: 4em; margin-block: 0.8em 0.5em; border-block-start: 1px solid var(--line); }
.source cite { font-style: italic; }
a { color: var(--ink); text-decoration-color: var(--accent-ink); text-underline-offset: 0.2em; }
a:hover { color: var(--accent-ink); }
.confidence { margin-block-start: 0.5em; }
mark { color: inherit; background: var(--mark); padding-block: 0.1em; }
details { margin-block-start: 0.75em; }
summary::marker { color: var(--accent-ink); }
summary { padding-block: 0.2em; min-block-size: 24px; cursor: pointer; }
.passages { list-style: none; }
.passages li { margin-block-start: 0.75em; padding-inline-start: 0.8em; border-inline-start: 2px solid var(--line); font-size: 0.9375em; }
.passages li + li { margin-block-start: 1.5em; }
.passages + .chance { margin-block-start: 1em; }
.uncertain .small { margin-block-start: 0.4em; }
.feedback { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25em; margin-block-start: 0.5em; }
.feedback button { font-size: 1em; min-inline-size: 2.25em; min-block-size: 2.25em; padding: 0.3em; border-color: transparent; line-height: 0; }
.worded button { display: flex; align-items: center; gap: 0.35em; line-height: 1.35; text-align: start; border-color: var(--line); }
.worded svg { flex: none; }
.feedback button[aria-pressed="true"] { color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
svg { inline-size: 1.25em; block-size: 1.25em; fill: none; stroke: currentcolor; stroke-width: 1.6; stroke-linejoin: round; }
.down svg { transform: rotate(180deg); }
.failure { padding-inline-start: 0.8em; border-inline-start: 2px solid var(--accent-ink); }
.failure button, .searching button { margin-block-start: 0.5em; }
.searching span::after { content: ""; display: inline-block; inline-size: 0.5em; block-size: 0.5em; margin-inline-start: 0.5em; background: var(--accent-ink); b\
order-radius: 50%; animation: breathe 1.2s ease-in-out infinite alternate; }
@keyframes breathe { from { opacity: 0.15; } }
.writing { display: flex; align-items: end; gap: 0.5em; padding: 0.75em; border-block-start: 1px solid var(--line); }
textarea { flex: 1; min-inline-size: 0; min-block-size: 2.6em; max-block-size: 8em; padding: 0.5em 0.6em; field-sizing: content; resize: none; color: var(--ink)\
; background: transparent; border: 1px solid var(--line); border-radius: var(--radius); }
textarea:focus-visible { outline-offset: 0; }
textarea::placeholder { color: var(--quiet); opacity: 1; }
.send { min-block-size: 2.6em; }
.disclaimer { padding: 0 0.9em 0.75em; }
.unseen, figure .outcome { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none !important; }
@media (prefers-reduced-motion: reduce) { *, ::before, ::after { animation: none !important; } }
@media (forced-colors: active) {
  mark { forced-color-adjust: none; color: MarkText; background: Mark; }
  .feedback button[aria-pressed="true"] { forced-color-adjust: none; color: HighlightText; background: Highlight; }
}
@media print { .launcher, dialog.frame { display: none; } }
`;var He=new CSSStyleSheet;He.replaceSync(Be);var J=class{#e;#s=new CSSStyleSheet;root=l("div",{class:"root",title:""});launcher=b({part:"launcher","aria-controls":"\
panel"},[],()=>this.#e.toggle());restart=b({part:"restart"},[],()=>this.#e.restart());log=l("div",{class:"log",part:"log",role:"log",tabindex:"0"});field=l("tex\
tarea",{part:"field",rows:"1",maxlength:String(G),enterkeyhint:"send",autocomplete:"off"});#r=l("h2",{class:"title",part:"title",id:"title"});#n=b({class:"close",
part:"close"},["×"],()=>this.#e.close());#t=b({class:"send",part:"send"},[],()=>this.#e.send());#o=l("p",{class:"disclaimer",part:"disclaimer"});#a=l("div",{class:"\
chat",part:"chat"},l("div",{class:"header",part:"header"},this.#r,this.restart,this.#n),this.log,l("div",{class:"writing",part:"writing"},this.field,this.#t),this.#o);panel=new U(
this.#a,this.launcher,()=>this.#e.close());constructor(e,o){this.#e=o,e.adoptedStyleSheets=[He,this.#s],e.append(this.root)}apply({inline:e,title:o,colour:n,corner:s,
theme:r,language:a,direction:i,texts:c,placeholder:u,disclaimer:d}){this.root.dataset.theme=r,this.#r.textContent=o,this.launcher.replaceChildren(l("span",{lang:a,
dir:i},o)),this.#a.lang=a,this.#a.dir=i,this.restart.textContent=c.restart,this.#n.setAttribute("aria-label",c.close),this.#n.hidden=e,this.log.setAttribute("ar\
ia-label",c.conversation),this.field.setAttribute("aria-label",u),this.#t.textContent=c.ask,this.#o.textContent=d,this.#o.hidden=d==="",this.panel.place(this.root,
e,s),this.#s.replaceSync(n===null||!this.root.isConnected?"":this.#l(n))}#l(e){let o=l("span",{hidden:""});o.style.color=e,o.style.color=`color-mix(in srgb, ${e}\
, ${e})`,this.root.append(o);let n=Pe(getComputedStyle(o).color);return o.remove(),n===null?(z(`the attribute colour must be opaque, not "${e}". The default is \
used.`),""):We(n)}follow({placeholder:e,followUp:o},n){this.restart.hidden=!n,this.field.placeholder=n?o:e}greet({greeting:e,suggestions:o}){let n=o.map(s=>b({part:"\
suggestion"},[l("bdi",{},s)],()=>this.#e.suggestion(s)));this.log.replaceChildren(l("p",{class:"greeting",part:"greeting",dir:"auto"},e),n.length===0?"":l("div",
{class:"suggestions",part:"suggestions"},...n))}scroll(){let e=this.log.lastElementChild;e instanceof HTMLElement&&e.classList.contains("turn")&&(this.log.scrollTop=
e.offsetTop-12)}enter(){(matchMedia("(pointer: coarse)").matches?this.log:this.field).focus({preventScroll:!0})}};var q="footnote-chat",Ut=["open","close","question","answer","source","feedback","error"];function Ge(t,e){return class extends HTMLElement{static observedAttributes=[
...H,"mode"];#e=D(document.createElement("div"),t);#s=!1;#r="";#n=null;#t=new J(this.attachShadow({mode:"open"}),{toggle:()=>this.#o.conversation.opened?this.close():
this.open(),close:()=>this.close(),restart:()=>this.clear(),send:()=>this.#f(),suggestion:n=>this.ask(n)});#o=new B(this.#t.log,this.#l(),new L(""),{stop:()=>this.#o.
stop(),began:()=>this.#t.scroll(),ended:n=>this.#m(n),changed:()=>this.#u()});constructor(){super(),this.#t.root.addEventListener("keydown",n=>this.#g(n))}open(){
if(!this.isConnected)return;let{conversation:n}=this.#o;if(!this.#e.inline&&!n.opened){let s=document.activeElement;this.#n=s instanceof HTMLElement&&s!==this&&
s!==document.body?s:null,n.opened=!0,this.#p(),n.save(),this.#h("open",{})}this.#t.enter()}close(){let{conversation:n}=this.#o;if(this.#e.inline||!n.opened)return;
let s=this.#a;n.opened=!1,this.#t.panel.hide(),n.save(),s&&(this.#n?.isConnected?this.#n:this.#t.launcher).focus(),this.#h("close",{})}async ask(n){let s=String(
n).trim();return s===""||!this.isConnected?null:(!this.#e.inline&&!this.#o.conversation.opened&&this.open(),(await this.#o.ask(s))?.answer??null)}clear(){let n=this.#a;
this.#o.clear(),this.#d(),n&&this.#t.enter()}connectedCallback(){this.#e=D(this,t),this.#s||(this.#s=!0,this.#i()),this.#c(),this.#t.panel.follow(),this.#p()}disconnectedCallback(){
this.#t.panel.unfollow(),this.#t.panel.hide(),e(this),queueMicrotask(()=>this.isConnected||this.#o.stop())}attributeChangedCallback(){if(!this.#s)return;let{endpoint:n}=this.#e;
if(this.#e=D(this,t),this.#e.endpoint!==n){let{opened:s}=this.#o.conversation;this.#i(),this.#o.conversation.opened=s}this.#c(),this.#p()}get#a(){return this.shadowRoot?.
activeElement!==null}#l(){let{endpoint:n,key:s,passages:r,filters:a,texts:i,language:c}=this.#e;return{service:{endpoint:n??"",credentials:"omit",key:()=>s},request:{
...r===null?{}:{k:Number(r)},filters:a},longest:G,texts:i,language:xe(c),level:3,newTab:!0,unfolded:!1,icons:!0,explained:!1,mended:!1,copyButton:()=>null,tell:(u,d)=>this.#h(
u,d)}}#i(){let n=[...document.querySelectorAll(`${q}:not([id])`)].indexOf(this),s=this.id||(n>0?n+1:"");this.#o.replace(new L(`footnote ${this.#e.endpoint} ${s}`.
trimEnd())),this.#r=""}#c(){let{language:n,texts:s,greeting:r,suggestions:a}=this.#e;this.#t.apply(this.#e),this.#u(),this.#o.set(this.#l());let i=JSON.stringify(
[n,s,r,a]);i!==this.#r&&(this.#r=i,this.#o.showAll(),this.#d(),this.#t.scroll())}#u(){this.#t.follow(this.#e,this.#o.conversation.turns.length>0)}#d(){this.#o.conversation.
turns.length===0&&this.#t.greet(this.#e)}#p(){this.isConnected&&this.#o.conversation.opened&&!this.#e.inline&&(this.#t.panel.show(),this.#t.scroll())}#m({failure:n}){
n?.message&&z(n.message),this.#t.scroll()}#h(n,s){if(!Ut.includes(n))return!0;let r=n==="source";return this.dispatchEvent(new CustomEvent(`footnote-${n}`,{bubbles:!0,
composed:!0,cancelable:r,detail:s}))}#g(n){n.isComposing||(n.key==="Escape"&&this.#o.conversation.opened&&!this.#e.inline?(n.preventDefault(),n.stopPropagation(),
this.close()):n.key==="Enter"&&!n.shiftKey&&n.target===this.#t.field&&(n.preventDefault(),this.#f()))}#f(){let n=this.#t.field.value;n.trim()!==""&&(this.#t.field.
value="",this.ask(n)),this.#t.enter()}}}var O=document.currentScript instanceof HTMLScriptElement?document.currentScript:null,Jt=T(O===null?null:".",O?.src)?.href.replace(/\/$/,"")??null,Ue=new WeakSet;
function Je(t){if(document.body){t();return}let e=new MutationObserver(()=>{document.body&&(e.disconnect(),t())});e.observe(document.documentElement,{childList:!0})}
function De(t){if(document.querySelector(q)!==null||t.dataset.mode==="none")return;let e=document.createElement(q);e.setAttribute("mode","launcher");for(let o of H){
let n=t.dataset[o];n!==void 0&&e.setAttribute(o,n)}Ue.add(e),document.body.append(e)}function Kt(t){Ue.has(t)&&t.parentNode!==null&&Je(()=>document.querySelector(
q)??document.body.append(t))}customElements.get(q)===void 0&&customElements.define(q,Ge(Jt,Kt));O!==null&&document.readyState==="loading"?document.addEventListener(
"DOMContentLoaded",()=>De(O),{once:!0}):O!==null&&Je(()=>De(O));})();
